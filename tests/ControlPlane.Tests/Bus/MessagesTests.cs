using System.Globalization;
using System.Reflection;
using ControlPlane.AgentInstances;
using ControlPlane.Audit;
using ControlPlane.Billing;
using ControlPlane.Catalog;
using ControlPlane.Hosting.Bus;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Signup;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using JasperFx.Events;
using Marten;
using NJsonSchema;
using RabbitMQ.Client;

namespace ControlPlane.Tests.Bus;

/// <summary>What any AMQP client sees of each announcement.</summary>
public sealed class MessagesTests(BusApp app) : IClassFixture<BusApp>
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<Type, (string Prefix, object[] Events)> Streams = new()
    {
        [typeof(PendingSignup)] = ("sgn",
        [
            new SignupStarted(new("ann@example.org"), new("Ann Example"), "FR", "fr", "1", "1", false, "solo@1", Noon),
            new SignupVerified("ten_new", "prn_new", SignupOutcome.Provisioned),
        ]),
        [typeof(PublishedCatalog)] = ("cat",
        [
            new CatalogPublished([new("PlanProfile", 1, new string('0', 64))]),
            new CatalogEntryPublished("PlanProfile", "solo@1", "sha256:0", EntryStatus.Active),
            new CatalogEntryChanged("PlanProfile", "solo@1", EntryStatus.Deprecated, "solo@2", Noon),
            new CatalogEntryChanged("PlanProfile", "solo@1", EntryStatus.Withdrawn, null, null),
        ]),
        [typeof(SealChain)] = ("sls", [new SealClosed(1, 1, 9, 9, 2, new string('0', 64), null, Noon, "key", "e30.e30.c2ln")]),
        [typeof(EventPolicy)] = ("evt", [new RetentionPolicyReclassified(1, "ops-6m", "sec-12m", Noon, null, "opn_1", ReclassificationReason.LegalHold, "prn_owner")]),
        [typeof(Tenant)] = ("ten",
        [
            new TenantCreated(new("Ann's"), "FR", "fr", "1", "1", false, "prn_owner"),
            new TenantDeletionRequested("opn_1", TenantDeletionReason.Art17, Noon, Noon, Noon, [new("agent_instance", ["ain_1"])], [], "prn_owner"),
            new TenantRestored("opn_1", [], [], [], new("Ann stays"), "prn_owner"),
            new TenantDeletionRequested("opn_2", TenantDeletionReason.Customer, Noon, Noon, null, [], [], "prn_owner"),
            new TenantTierChanged(Tier.Pro, ["ain_1"]),
            new TenantPurgeStarted("opn_2", Noon),
            new TenantPurged("opn_2", "cer_1", "e30.e30.c2ln", Noon),
        ]),
        [typeof(Principal)] = ("prn",
        [
            new PrincipalCreated(PrincipalType.Service, new("worker"), new("Worker"), null, "prn_owner"),
            new RoleGranted("ras_1", "operator", "/tenants/ten_1", Noon, GrantedVia.Direct, "prn_owner"),
            new AccessTokenMinted("pat_1", new("laptop"), "wxyz", ["instances:read"], Noon, "prn_owner"),
            new AccessTokenRotated("pat_1", new("laptop"), "abcd", ["instances:read"], Noon, Noon, "prn_owner"),
            new AccessTokenRevoked("pat_1", TokenRevocation.PrincipalRevoked, "prn_owner"),
            new PrincipalRenamed(new("worker-2"), null, "prn_owner"),
            new PrincipalExpiryChanged(Noon, "prn_owner"),
            new PrincipalExpired(),
            new RoleRevoked("ras_1", RoleRevocation.PrincipalRevoked, "prn_owner"),
            new PrincipalRevoked("prn_owner"),
            new PrincipalErased("prn_owner"),
        ]),
        [typeof(Invitation)] = ("inv",
        [
            new InvitationCreated(new("bob@example.org"), null, "operator", "/tenants/ten_1", "fr", null, true, Noon, "ten_1", "prn_owner"),
            new InvitationDeliveryChanged(DeliveryState.Sent),
            new InvitationExpired(),
            new InvitationRevoked(InvitationRevocation.InviterRevoked, "prn_owner"),
            new InvitationAccepted("prn_new", "1", "1"),
        ]),
        [typeof(AgentInstance)] = ("ain",
        [
            new InstanceDrafted("helper@1", "sha256:0", "solo@1", null, new("Ann's helper"), "hash", new("{}"), new("{}"), "prn_owner"),
            new InstanceConfigured(new("{\"tone\":\"dry\"}"), ["/tone"], 2, "prn_owner"),
            new TrialStarted(Noon, Noon.AddDays(14), "solo@1", "prn_owner"),
            new TrialEnding(3),
            new ConversionStarted("retail@2#solo-monthly", "solo@2", "price_solo_monthly_2_eur", "cs_1", Noon, "prn_owner"),
            new ConversionAbandoned(ConversionEnd.Expired, null),
            new ConversionStarted("retail@2#solo-monthly", "solo@2", "price_solo_monthly_2_eur", null, Noon, "prn_owner"),
            new InstanceConverted("retail@2#solo-monthly", "solo@2", "price_solo_monthly_2_eur", "si_1"),
            new PlanChangeRequested("pro@2", "retail@2#pro-monthly", "price_pro_monthly_2_eur", PlanDirection.Upgrade, Noon, "quo_1", Noon, 3000, "prn_owner"),
            new PlanChangeFailed("pro@2", "card_declined"),
            new PlanChangeRequested("pro@2", "retail@2#pro-monthly", "price_pro_monthly_2_eur", PlanDirection.Upgrade, Noon, "quo_1", Noon, 3000, "prn_owner"),
            new PlanChanged("solo@2", "pro@2", "retail@2#pro-monthly", "price_pro_monthly_2_eur"),
            new PlanChangeRequested("solo@2", "retail@2#solo-monthly", "price_solo_monthly_2_eur", PlanDirection.Downgrade, Noon, null, null, null, "prn_owner"),
            new PlanChangeCancelled("solo@2", "prn_owner"),
            new InstanceSuspended(SuspendCode.TrialExpired, null, SuspendDrain.Now, null, "system"),
            new InstanceSuspended(SuspendCode.BotOwnerChanged, new("Ann sold it"), SuspendDrain.AfterRuns, Noon, "prn_owner"),
            new InstanceResumed([SuspendCode.TrialExpired, SuspendCode.BotOwnerChanged], "prn_owner"),
            new InstanceDeletionRequested(DeletionEffective.PeriodEnd, Noon, new("Ann moves"), "prn_owner"),
            new InstanceDeletionWithdrawn("prn_owner"),
            new InstanceDeletionStarted(),
            new InstanceDeleted(Noon),
            new InstancePurged(),
        ]),
        [typeof(BillingAccount)] = ("bil",
        [
            new BillingAccountOpened("prn_owner", "retail@2#solo-monthly", "EUR"),
            new SubscriptionChanged("sub_1", SubscriptionStatus.PastDue, [new("si_1", "ain_1", "price_solo_monthly_2_eur", Noon, Noon.AddDays(30))]),
            new StandingChanged(Standing.PastDue, Noon, Noon.AddDays(14)),
            new InvoiceChanged(new("in_1", "A-1", InvoiceState.Open, "EUR", 1900, 0, 1900, 1900, Noon, Noon, Noon, null, Noon, 1, Noon.AddDays(3))),
            new InvoiceChanged(new("in_1", "A-1", InvoiceState.Paid, "EUR", 1900, 0, 1900, 0, Noon, Noon, Noon, null, Noon, 2, null)),
        ]),
        [typeof(InstanceRuntime)] = ("ain",
        [
            new RuntimeChanged(RuntimePhase.BackingUp, [new(ConditionType.McpReady, ConditionStatus.Unknown, "Probing", Noon)], 2, Noon, "prn_runtime"),
        ]),
    };

    [Fact]
    public async Task Every_announcement_arrives_with_every_attribute_and_as_its_schema_says()
    {
        await using var subscriber = await Subscriber.StartAsync(app.Broker.Url, ["#"]);
        var stored = await StoreAsync();
        var announced = stored.Where(e => BusRegistration.Announcements.Announce(e) is not null).ToDictionary(e => e.Id.ToString());
        await Until.TrueAsync(() => announced.Keys.All(id => subscriber.Received.Any(message => message["id"] == id)));

        var messages = subscriber.Received.Where(message => announced.ContainsKey(message["id"])).ToArray();
        messages.Length.ShouldBe(announced.Count);
        messages.Select(message => message.RoutingKey).Distinct().ShouldBe(ContractKind.All().Select(kind => kind.RoutingKey), ignoreOrder: true);
        foreach (var message in messages)
        {
            ShouldBeItsEvent(message, announced[message["id"]]);
            await ShouldFitAsyncApiAsync(message);
        }
    }

    [Fact]
    public async Task What_nobody_has_bound_is_kept_in_a_bounded_queue()
    {
        await using var catchAll = await Subscriber.StartAsync(app.Broker.Url, [], Topology.Unrouted);
        var stream = Ids.New("ain");
        await new Writer(app.Store).AppendAsync(stream);
        (await catchAll.FirstAsync(message => message["partitionkey"] == stream)).RoutingKey.ShouldBe("agent_instance.drafted.v1");
    }

    [Fact]
    public async Task Reports_are_heard_as_AsyncApi_says()
    {
        var document = AsyncApi.Describe(BusRegistration.Announcements);

        ((string?)document["operations"]!["runtime-report"]!["action"]).ShouldBe("receive");
        ((string?)document["channels"]!["runtime-report"]!["bindings"]!["amqp"]!["exchange"]!["name"]).ShouldBe(Topology.RuntimeReports);
        var schema = await JsonSchema.FromJsonAsync(document["components"]!["schemas"]!["runtime-report"]!.ToJsonString(), TestContext.Current.CancellationToken);
        schema.Validate("""{"reports":[{"instanceId":"ain_0198a1b2c3d47e5f8091a2b3c4d5e6f7","phase":"backing_up","observedGeneration":1,"heartbeatAt":"2026-11-24T12:00:00Z"}]}""").ShouldBeEmpty();
        schema.Validate("""{"reports":[{"instanceId":"ain_1","phase":"BackingUp","observedGeneration":1}]}""").Count.ShouldBeGreaterThan(0);
    }

    private async Task<List<IEvent>> StoreAsync()
    {
        var stored = new List<IEvent>();
        foreach (var (type, (prefix, events)) in Streams)
        {
            var stream = Ids.New(prefix) + (type == typeof(InstanceRuntime) ? InstanceRuntime.Suffix : "");
            await using var session = app.Store.LightweightSession("ten_messages");
            session.CorrelationId = "4bf92f3577b34da6a3ce929d0e0e4736";
            session.CausationId = "cause-1";
            session.SetHeader("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
            session.Events.StartStream(type, stream, events);
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
            await using var reading = app.Store.QuerySession("ten_messages");
            stored.AddRange(await reading.Events.FetchStreamAsync(stream, token: TestContext.Current.CancellationToken));
        }

        return stored;
    }

    private static void ShouldBeItsEvent(Received message, IEvent stored)
    {
        var contract = BusRegistration.Announcements.Announce(stored)!;
        var kind = ContractKind.Of(contract.GetType());
        message.Exchange.ShouldBe("controlplane.events");
        message.RoutingKey.ShouldBe(kind.RoutingKey);
        message["specversion"].ShouldBe("1.0");
        message["source"].ShouldBe("urn:controlplane:events");
        message["type"].ShouldBe("controlplane." + message.RoutingKey);
        message["subject"].ShouldBe((string?)message.Data.AsObject().First().Value);
        message["subject"].ShouldNotContain("~");
        DateTimeOffset.Parse(message["time"], CultureInfo.InvariantCulture).ShouldBe(stored.Timestamp, TimeSpan.FromMicroseconds(1));
        message["dataschema"].ShouldBe("urn:controlplane:schema:" + message.RoutingKey);
        message["tenantid"].ShouldBe("ten_messages");
        message["sequence"].Length.ShouldBe(19);
        long.Parse(message["sequence"], CultureInfo.InvariantCulture).ShouldBe(stored.Sequence);
        message["streamversion"].ShouldBe(stored.Version.ToString(CultureInfo.InvariantCulture));
        message["partitionkey"].ShouldBe(stored.StreamKey);
        message["correlationid"].ShouldBe("4bf92f3577b34da6a3ce929d0e0e4736");
        message["causationid"].ShouldBe("cause-1");
        message["traceparent"].ShouldBe("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        message.Properties.ContentType.ShouldBe("application/json");
        message.Properties.MessageId.ShouldBe(message["id"]);
        message.Properties.Type.ShouldBe(message["type"]);
        message.Properties.AppId.ShouldBe("controlplane");
        message.Properties.DeliveryMode.ShouldBe(DeliveryModes.Persistent);
        message.Properties.Timestamp.UnixTime.ShouldBe(stored.Timestamp.ToUnixTimeSeconds());
        message.Body.ShouldNotContain("Ann");
        message.Body.ShouldNotContain("dry");
    }

    private async Task ShouldFitAsyncApiAsync(Received message)
    {
        var document = AsyncApi.Describe(BusRegistration.Announcements);
        var declared = document["components"]!["messages"]![message.RoutingKey].ShouldNotBeNull();
        var payload = await JsonSchema.FromJsonAsync(document["components"]!["schemas"]![message.RoutingKey]!.ToJsonString(), TestContext.Current.CancellationToken);
        payload.Validate(message.Body).ShouldBeEmpty(message.Body);
        message.Data.AsObject().Select(member => member.Key).ShouldBeSubsetOf(payload.Properties.Keys);

        var attributes = document["components"]!["schemas"]!["CloudEvent"]!;
        attributes["required"]!.AsArray().Select(name => (string)name!).ShouldBeSubsetOf(message.Headers.Keys);
        message.Headers.Keys.Where(name => name.StartsWith("cloudEvents:", StringComparison.Ordinal))
            .ShouldBeSubsetOf(attributes["properties"]!.AsObject().Select(property => property.Key));
        ((string?)declared["contentType"]).ShouldBe(message.Properties.ContentType);
        ((string?)declared["bindings"]!["amqp"]!["messageType"]).ShouldBe(message.Properties.Type);
        var channel = document["channels"]![message.RoutingKey]!;
        ((string?)channel["address"]).ShouldBe(message.RoutingKey);
        ((string?)channel["bindings"]!["amqp"]!["exchange"]!["name"]).ShouldBe(message.Exchange);
    }
}
