using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;
using Microsoft.Extensions.DependencyInjection;
using NewIds = ControlPlane.Storage.Ids;

namespace ControlPlane.Tests.Iam;

public partial class InvitationsTests(App app) : InstanceTest(app)
{
    private const string Invitations = "/v1/invitations";

    private string Here => $"/tenants/{Tenant}";

    private string Email { get; } = $"bob-{Guid.CreateVersion7():N}@example.org";

    [Fact]
    public async Task an_invitation_is_mailed_accepted_once_and_makes_a_principal_with_its_role()
    {
        var invited = (await Invite(new { email = Email, role = "operator", locale = "fr", message = "À bientôt" })).ShouldHave(201);
        (invited.Text("state"), invited.Text("delivery"), invited.Text("invitedBy"), invited.Text("acceptUrl")).ShouldBe(("pending", "queued", Me, null));
        var token = await MailedToken(invited);

        var accepted = (await Accept(token)).ShouldHave(201);

        var (principal, role) = (accepted.Body!["principal"]!, accepted.Body["roleAssignment"]!);
        ((string?)principal["subjectId"], (string?)principal["displayName"], (string?)principal["createdBy"]).ShouldBe((Email, "Bob", Me));
        ((string?)role["role"], (string?)role["scope"], (string?)role["via"], (string?)role["grantedBy"]).ShouldBe(("operator", Here, "invitation", Me));
        (await Get("/v1/whoami", (string?)accepted.Body["token"]!["secret"])).Text("principalId").ShouldBe((string?)principal["id"]);
        (await Accept(token)).ShouldRefuse(409, "already_accepted");
        (await Ids("")).ShouldBeEmpty();
        var listed = (await Get($"{Invitations}?state=accepted")).Body!["items"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)listed["id"], (string?)listed["principalId"]).ShouldBe((invited.Text("id"), (string?)principal["id"]));
        (await Send(HttpMethod.Delete, $"{Invitations}/{invited.Text("id")}")).ShouldRefuse(409, "invalid_state");
    }

    [Fact]
    public async Task a_link_that_is_not_mailed_is_shown_once()
    {
        var key = ("Idempotency-Key", NewIds.New("key"));
        var first = (await Post(Invitations, new { telegramUserId = "4711", role = "operator" }, headers: key)).ShouldHave(201);
        var second = (await Post(Invitations, new { telegramUserId = "4711", role = "operator" }, headers: key)).ShouldHave(201);

        (second.Text("id"), second.Text("acceptUrl")).ShouldBe((first.Text("id"), null));
        first.Body!.AsObject().ShouldNotContainKey("delivery");
        var accepted = (await Accept(Tokens().Match(first.Text("acceptUrl")!).Value)).ShouldHave(201);
        ((string?)accepted.Body!["principal"]!["subjectId"]).ShouldBe("telegram:4711");
    }

    [Fact]
    public async Task the_letters_fate_is_kept_whatever_the_order_it_is_told_in()
    {
        var invited = (await Invite(new { email = Email, role = "operator" })).ShouldHave(201);
        await MailedToken(invited);
        await DeliveryBecomes(invited, "sent");

        (await Report(invited, "Delivery")).Status.ShouldBe(200);
        await DeliveryBecomes(invited, "delivered");
        (await Report(invited, "Bounce", "Transient")).Status.ShouldBe(200);
        (await Report(invited, "Bounce", "HardBounce")).Status.ShouldBe(200);
        await DeliveryBecomes(invited, "bounced");
        (await Report(invited, "Delivery")).Status.ShouldBe(200);
        (await Report(invited, "SpamComplaint")).Status.ShouldBe(200);
        await DeliveryBecomes(invited, "complained");
        (await History(invited.Text("id")!)).ShouldBe(["created", "delivery_changed", "delivery_changed", "delivery_changed", "delivery_changed"]);
    }

    [Fact]
    public async Task only_the_provider_is_believed_and_what_is_not_ours_is_let_be()
    {
        var invited = (await Invite(new { email = Email, role = "operator" })).ShouldHave(201);

        (await Report(invited, "Delivery", credentials: null)).ShouldRefuse(401, "unauthenticated");
        (await Report(invited, "Delivery", credentials: "postmark:guess")).ShouldRefuse(401, "unauthenticated");
        (await Send(HttpMethod.Post, "/v1/postmark/webhook", """{"RecordType":"Open"}""", null, Basic("postmark:for tests"))).Status.ShouldBe(200);
        (await Send(HttpMethod.Post, "/v1/postmark/webhook", "[]", null, Basic("postmark:for tests"))).Status.ShouldBe(200);
        (await Send(HttpMethod.Post, "/v1/postmark/webhook", "{", null, Basic("postmark:for tests"))).Status.ShouldBe(400);
    }

    [Fact]
    public async Task there_is_one_open_invitation_of_a_person_with_a_role_and_none_of_a_member()
    {
        await Grow();
        var first = (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);

        var again = await Invite(new { email = Email.ToUpperInvariant(), role = "operator", deliver = false });
        again.ShouldRefuse(409, "invitation_open");
        again.Text("invitationId").ShouldBe(first.Text("id"));
        (await Invite(new { email = Email, role = "auditor", deliver = false })).ShouldHave(201);
        (await Accept(TokenIn(first))).ShouldHave(201);
        (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldRefuse(409, "subject_taken");
        var other = (await Invite(new { email = $"x{Email}", role = "operator", deliver = false })).ShouldHave(201);
        (await Accept(TokenIn(other), new { displayName = "X", termsVersion = "2026-06", privacyVersion = "2026-06", subjectId = Email })).ShouldRefuse(409, "subject_taken");
    }

    [Fact]
    public async Task a_revoked_invitation_leads_nowhere_and_may_be_made_again()
    {
        var first = (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);

        (await Send(HttpMethod.Delete, $"{Invitations}/{first.Text("id")}")).ShouldHave(204);
        (await Send(HttpMethod.Delete, $"{Invitations}/{first.Text("id")}")).ShouldHave(204);

        (await Accept(TokenIn(first))).ShouldRefuse(410, "gone");
        (await Ids("?state=revoked")).ShouldBe([first.Text("id")]);
        (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);
    }

    [Fact]
    public async Task an_invitation_ends_by_its_timer()
    {
        var first = (await Invite(new { email = Email, role = "operator", deliver = false, expiresInHours = 1 })).ShouldHave(201);

        await Pull<ExpireInvitation>();

        await Until.TrueAsync(async () => (await Ids("?state=expired")).Contains(first.Text("id")));
        (await Accept(TokenIn(first))).ShouldRefuse(410, "gone");
        (await Send(HttpMethod.Delete, $"{Invitations}/{first.Text("id")}")).ShouldRefuse(409, "invalid_state");
        (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);
    }

    [Fact]
    public async Task an_invitation_that_is_over_holds_no_place_although_its_timer_is_late()
    {
        var first = (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);
        await Elapse(first);

        var second = (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);

        (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldRefuse(409, "invitation_open");
        (await Ids("")).ShouldBe([second.Text("id")]);
        (await Accept(TokenIn(first))).ShouldRefuse(410, "gone");
        await Pull<ExpireInvitation>(timer => timer.ScheduledTime < Day(second.Text("expiresAt")));
        await Until.TrueAsync(async () => (await History(first.Text("id")!)).Contains("expired"));
        (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldRefuse(409, "invitation_open");
    }

    [Fact]
    public async Task who_is_revoked_at_the_platform_takes_along_what_he_sent_for_tenants()
    {
        var staffId = NewIds.New("prn");
        var staff = await Join("admin", "/", staffId, "platform");
        var invited = (await Post(Invitations, new { email = Email, role = "operator", deliver = false }, staff, ("X-Tenant-Id", Tenant))).ShouldHave(201);

        (await Send(HttpMethod.Delete, $"/v1/principals/{staffId}", token: Platform)).ShouldHave(204);

        (await Accept(TokenIn(invited))).ShouldRefuse(410, "gone");
        (await History(invited.Text("id")!)).ShouldBe(["created", "revoked"]);
        (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);
    }

    [Fact]
    public async Task there_is_something_at_the_scope_of_an_invitation()
    {
        (await Invite(new { email = Email, role = "operator", scope = new { type = "agent_instance", id = NewIds.New("ain") } })).ShouldRefuse(422, "unknown_reference");
        (await Invite(new { email = Email, role = "operator", scope = new { type = "agent", id = NewIds.New("agt") } })).ShouldRefuse(422, "unknown_reference");
    }

    [Fact]
    public async Task of_those_who_accept_at_once_one_joins()
    {
        var invited = (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);

        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Accept(TokenIn(invited))));

        replies.Select(reply => reply.Status).Order().ShouldBe([201, 409, 409, 409, 409]);
        replies.Where(reply => reply.Status == 409).ShouldAllBe(reply => reply.Text("code") == "already_accepted");
    }

    [Fact]
    public async Task nobody_invites_to_more_than_he_holds_and_his_rights_are_looked_at_again()
    {
        await Grow();
        var adminId = NewIds.New("prn");
        var admin = await Join("admin", Here, adminId);

        (await Invite(new { email = Email, role = "owner" }, admin)).ShouldRefuse(403, "privilege_escalation");
        (await Post(Invitations, new { email = Email, role = "operator", scope = "/" }, Platform, ("X-Tenant-Id", Tenant))).ShouldRefuse(422, "scope_not_assignable");
        var invited = (await Invite(new { email = Email, role = "operator", deliver = false }, admin)).ShouldHave(201);
        var assignment = (string)(await Get($"/v1/role-assignments?principalId={adminId}")).Body!["items"]![0]!["id"]!;
        (await Send(HttpMethod.Delete, $"/v1/role-assignments/{assignment}")).ShouldHave(204);

        (await Accept(TokenIn(invited))).ShouldRefuse(409, "inviter_no_longer_allowed");
    }

    [Fact]
    public async Task who_is_revoked_takes_his_open_invitations_with_him()
    {
        await Grow();
        var adminId = NewIds.New("prn");
        var invited = (await Invite(new { email = Email, role = "operator", deliver = false }, await Join("admin", Here, adminId))).ShouldHave(201);

        (await Send(HttpMethod.Delete, $"/v1/principals/{adminId}")).ShouldHave(204);

        (await Accept(TokenIn(invited))).ShouldRefuse(410, "gone");
        (await History(invited.Text("id")!)).ShouldBe(["created", "revoked"]);
    }

    [Fact]
    public async Task an_admin_does_not_withdraw_what_invites_an_owner()
    {
        await Grow();
        var invited = (await Invite(new { email = Email, role = "owner", deliver = false })).ShouldHave(201);

        (await Send(HttpMethod.Delete, $"{Invitations}/{invited.Text("id")}", token: await Join("admin", Here))).ShouldRefuse(403, "forbidden");
    }

    [Fact]
    public async Task seats_are_paid_for()
    {
        (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);

        var full = await Invite(new { email = $"x{Email}", role = "operator", deliver = false });

        full.ShouldRefuse(402, "quota_exceeded");
        (full.Text("metric"), (int?)full.Body!["used"], (int?)full.Body["limit"]).ShouldBe(("seats", 2, 2));
    }

    [Fact]
    public async Task a_tenant_sends_twenty_an_hour()
    {
        await Grow();
        for (var i = 0; i < 20; i++)
        {
            (await Invite(new { telegramUserId = $"{1000 + i}", role = "operator" })).ShouldHave(201);
        }

        var refused = await Invite(new { telegramUserId = "1", role = "operator" });

        refused.ShouldRefuse(429, "rate_limited");
        int.Parse(refused.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(3000, 3600);
    }

    [Fact]
    public async Task an_address_tries_ten_times_an_hour()
    {
        await using var node = await App.StartAsync(App.Connection, services => services.AddSingleton(new InvitationSettings()));
        using var client = node.Server.CreateClient();
        async Task<int> Try()
        {
            using var body = new StringContent("""{"displayName":"Bob","termsVersion":"2026-06","privacyVersion":"2026-06"}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync($"{Invitations}/guess/accept", body, TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }

        for (var i = 0; i < 10; i++)
        {
            (await Try()).ShouldBe(404);
        }

        (await Try()).ShouldBe(429);
    }

    [Fact]
    public async Task addresses_are_masked_for_who_may_not_read_them()
    {
        (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);

        var row = (await Get(Invitations, await Join("operator", Here))).ShouldHave(200).Body!["items"]![0]!;

        ((string?)row["email"]).ShouldBe("b***@e***");
    }

    [Fact]
    public async Task the_terms_of_today_are_agreed_to()
    {
        var invited = (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);

        var refused = await Accept(TokenIn(invited), new { displayName = "Bob", termsVersion = "1999", privacyVersion = "1999" });

        refused.ShouldRefuse(422, "acceptance_refused");
        refused.Faults.ShouldBe(["/privacyVersion unknown_version", "/termsVersion unknown_version"]);
    }

    [Fact]
    public async Task the_token_and_the_address_are_in_no_table_and_no_log()
    {
        App.Leaks.Watch(Email);
        var invited = (await Invite(new { email = Email, role = "operator" })).ShouldHave(201);
        var token = await MailedToken(invited);
        App.Leaks.Watch(token);
        await DeliveryBecomes(invited, "sent");
        (await Accept(token)).ShouldHave(201);
        (await Accept(token)).ShouldRefuse(409, "already_accepted");

        foreach (var word in new[] { token, Email })
        {
            (await Leaks.TablesWithAsync(App.Connection, word)).ShouldBeEmpty();
            App.Leaks.LinesWith(word).ShouldBeEmpty();
        }
    }

    [Fact]
    public void whatever_is_configured_paths_are_not_logged()
    {
        var rules = App.Host.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<Microsoft.Extensions.Logging.LoggerFilterOptions>>().Value.Rules;

        foreach (var category in ControlPlane.Hosting.Telemetry.LogsOfPaths)
        {
            rules.Last(rule => rule.ProviderName is null && rule.CategoryName == category).LogLevel.ShouldBe(Microsoft.Extensions.Logging.LogLevel.Warning);
        }
    }

    [Fact]
    public async Task erasing_who_accepted_erases_what_invited_him_too()
    {
        var invited = (await Invite(new { email = Email, role = "operator", deliver = false })).ShouldHave(201);
        var accepted = (await Accept(TokenIn(invited))).ShouldHave(201);

        (await Send(HttpMethod.Delete, $"/v1/principals/{accepted.Body!["principal"]!["id"]}?erase=true")).ShouldHave(204);

        ((string?)(await Get($"{Invitations}?state=accepted")).Body!["items"]![0]!["email"]).ShouldBe(Personal.Erased);
    }

    [Theory]
    [InlineData("""{"role":"operator"}""", "/email one_of")]
    [InlineData("""{"role":"operator","email":"a@example.org","telegramUserId":"1"}""", "/email one_of")]
    [InlineData("""{"role":"emperor","telegramUserId":"1","deliver":true}""", "/deliver out_of_place|/role not_one_of")]
    [InlineData("""{"role":"operator","email":"nobody","telegramUserId":"x","expiresInHours":721,"locale":"!"}""", "/email format|/expiresInHours out_of_range|/locale format|/telegramUserId format")]
    public async Task every_fault_is_told_with_its_place(string body, string faults) => (await Post(Invitations, body)).ShouldHave(400).Faults.ShouldBe(faults.Split('|'));

    private Task<Reply> Invite(object command, string? token = "owner") => Post(Invitations, command, token);

    private Task<Reply> Accept(string token, object? command = null) =>
        Post($"{Invitations}/{token}/accept", command ?? new { displayName = "Bob", termsVersion = "2026-06", privacyVersion = "2026-06" }, null);

    private async Task<string?[]> Ids(string query) =>
        [.. (await Get(Invitations + query)).ShouldHave(200).Body!["items"]!.AsArray().Select(invitation => (string?)invitation!["id"])];

    private static string TokenIn(Reply invited) => Tokens().Match(invited.Text("acceptUrl")!).Value;

    private async Task<string> MailedToken(Reply invited)
    {
        var letter = await App.Outside.ExpectAsync(
            "postmark", $"{invited.Text("id")}:letter", sent => sent is { Method: "POST", Status: 200 }, TestContext.Current.CancellationToken);
        ((string?)letter.Body!["To"]).ShouldBe(Email);
        return Tokens().Match((string)letter.Body["TextBody"]!).Value;
    }

    private Task DeliveryBecomes(Reply invited, string state) => Until.TrueAsync(async () =>
        (await Get(Invitations)).Body!["items"]!.AsArray().Any(row => (string?)row!["id"] == invited.Text("id") && (string?)row["delivery"] == state));

    private Task<Reply> Report(Reply invited, string record, string? type = null, string? credentials = "postmark:for tests")
    {
        var report = new JsonObject
        {
            ["RecordType"] = record,
            ["Type"] = type,
            ["MessageID"] = Guid.CreateVersion7().ToString(),
            ["Metadata"] = new JsonObject { ["letter"] = $"{invited.Text("id")}:letter", ["tenant"] = Tenant },
        };
        return Send(HttpMethod.Post, "/v1/postmark/webhook", report.ToJsonString(), null, credentials is null ? [] : [Basic(credentials)]);
    }

    private static (string, string) Basic(string credentials) => ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}");

    // Time passes for an invitation.
    private async Task Elapse(Reply invited)
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(App.Connection);
        await using var elapse = database.CreateCommand(
            $$"""update controlplane.mt_doc_invitation set data = jsonb_set(data, '{expiresAt}', '"2020-01-01T00:00:00Z"') where id = '{{invited.Text("id")}}'""");
        (await elapse.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
    }

    private static DateTimeOffset Day(string? text) => DateTimeOffset.Parse(text!, System.Globalization.CultureInfo.InvariantCulture);

    // A tenant that pays for more.
    private async Task Grow()
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(App.Connection);
        await using var grow = database.CreateCommand(
            $$"""update controlplane.mt_doc_tenant set data = jsonb_set(data, '{tier}', '"Squad"') where id = '{{Tenant}}'""");
        (await grow.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
    }

    [GeneratedRegex("ocp_inv_[0-9A-Za-z]+")]
    private static partial Regex Tokens();
}
