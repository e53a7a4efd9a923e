using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ControlPlane.Tests.Sealing;

public class SealingTests(App app) : AppTest(app)
{
    [Fact]
    public async Task personal_data_and_secrets_stand_in_no_table_in_clear()
    {
        var canary = $"canary{Guid.CreateVersion7():N}";
        App.Leaks.Watch(canary);
        var minted = await Post("/v1/auth/tokens", new { name = canary }, headers: ("Idempotency-Key", canary));
        minted.Status.ShouldBe(201);

        (await Leaks.TablesWithAsync(App.Connection, canary)).ShouldBeEmpty();
        (await Leaks.TablesWithAsync(App.Connection, minted.Text("secret")!)).ShouldBeEmpty();
        (await Get("/v1/auth/tokens?limit=200")).Body!.ToJsonString().ShouldContain(canary);
    }

    [Fact]
    public async Task what_a_customer_says_of_an_instance_stands_in_no_table_in_clear()
    {
        var canary = $"canary{Guid.CreateVersion7():N}";
        App.Leaks.Watch(canary);
        var path = (await Post("/v1/agent-instances", new
        {
            blueprintRef = "workspace-agent@1",
            displayName = canary,
            config = new { workspace = new { ignore = new[] { canary } } },
            labels = new { team = canary },
        }, headers: ("Idempotency-Key", canary))).Headers["Location"];
        await Post($"{path}/trial/activate", "{}");
        await Post($"{path}/suspend", new { reason = new { comment = canary } });
        await Post($"{path}/select-as-current", new { session = canary });
        (await Post($"{path}/delete", new { reason = canary, confirmName = canary })).Status.ShouldBe(202);

        (await Leaks.TablesWithAsync(App.Connection, canary)).ShouldBeEmpty();
        (await Get($"{path}?showDeleted=true")).Body!.ToJsonString().Split(canary).Length.ShouldBe(5);
        App.Leaks.LinesWith(canary).ShouldBeEmpty();
    }

    [Fact]
    public async Task a_hash_is_the_same_on_every_node_and_another_for_every_tenant()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var here = App.Host.Services.GetRequiredService<KeyRing>();
        using var there = ActivatorUtilities.CreateInstance<KeyRing>(App.Host.Services);

        var hash = await here.HashAsync(Tenant, "ann@example.org", cancellation);

        (await there.HashAsync(Tenant, "ann@example.org", cancellation)).ShouldBe(hash);
        (await here.HashAsync(Ids.New("ten"), "ann@example.org", cancellation)).ShouldNotBe(hash);
        (await here.DeriveAsync(Tenant, "lookup", cancellation)).ShouldNotBe(await here.DeriveAsync(Tenant, "delivery", cancellation));
    }

    [Fact]
    public async Task after_a_rotation_a_node_that_knows_the_old_file_only_opens_what_was_and_is_sealed()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7():N}.json");
        var connection = await Databases.CreateAsync();
        await using var database = NpgsqlDataSource.Create(connection);
        await Execute(connection, "create schema controlplane; create table controlplane.tenant_keys (tenant_id text primary key, wrapped bytea, state text, changed_at timestamptz);"
            + "create table controlplane.subject_keys (id text primary key, tenant_id text, subject text, wrapped bytea, changed_at timestamptz, unique (tenant_id, subject))");
        var here = MasterKeys.Load(path, mayCreate: true);
        using var there = new KeyRing(database, MasterKeys.Load(path, mayCreate: false), TimeProvider.System);
        using var rotating = new KeyRing(database, here, TimeProvider.System);
        var before = await there.SealAsync(Tenant, "before", cancellation);

        here.Rotate();
        (await rotating.RewrapAsync(cancellation)).ShouldBe(1);
        (await rotating.RewrapAsync(cancellation)).ShouldBe(0);

        there.Forget(Tenant);
        there.Open(before).ShouldBe("before");
        rotating.Open(await there.SealAsync(Ids.New("ten"), "after", cancellation)).ShouldBe("after");
        MasterKeys.Load(path, mayCreate: false).Active.ShouldBe(here.Active);
        here.Active.ShouldNotBe("1");
    }

    [Fact]
    public void of_two_rotations_at_once_one_is_refused_so_that_no_key_is_lost()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7():N}.json");
        var here = MasterKeys.Load(path, mayCreate: true);
        using (KeyFile.Lock(path))
        {
            Should.Throw<IOException>(here.Rotate);
        }

        here.Rotate();
        here.Rotate();
        File.ReadAllText(path).Split("\":\"").Length.ShouldBe(5, "one active name and three keys");
    }

    [Theory]
    [InlineData("quarantined", Personal.Quarantined)]
    [InlineData("destroyed", Personal.Erased)]
    public async Task what_a_lost_key_sealed_reads_as_a_placeholder_and_survives_being_written_back(string state, string placeholder)
    {
        var (tenant, principal) = (Ids.New("ten"), Ids.New("prn"));
        var store = App.Host.Services.GetRequiredService<IDocumentStore>();
        await using (var session = store.LightweightSession(tenant))
        {
            session.Events.StartStream<Principal>(
                principal, new PrincipalCreated(PrincipalType.User, new("ann@example.org"), new("Ann"), null, principal));
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await Execute($"update controlplane.tenant_keys set state = '{state}' where tenant_id = '{tenant}'");
        App.Host.Services.GetRequiredService<KeyRing>().Forget(tenant);

        await using var later = store.LightweightSession(tenant);
        await later.Events.AppendOptimistic(principal, TestContext.Current.CancellationToken, new RoleGranted(Ids.New("ras"), "owner", $"/tenants/{tenant}", null, GrantedVia.Direct, principal));
        await later.SaveChangesAsync(TestContext.Current.CancellationToken);
        (await later.LoadAsync<Principal>(principal, TestContext.Current.CancellationToken))!.DisplayName.Value.ShouldBe(placeholder);

        await Execute($"update controlplane.tenant_keys set state = 'active' where tenant_id = '{tenant}'");
        App.Host.Services.GetRequiredService<KeyRing>().Forget(tenant);
        await using var restored = store.LightweightSession(tenant);
        (await restored.LoadAsync<Principal>(principal, TestContext.Current.CancellationToken))!.DisplayName.Value.ShouldBe("Ann");
    }

    [Fact]
    public async Task a_value_of_one_tenant_is_never_stored_with_another()
    {
        var store = App.Host.Services.GetRequiredService<IDocumentStore>();
        await using var platform = store.QuerySession(ControlPlane.Tenants.Tenant.Platform);
        var owner = await platform.LoadAsync<Principal>("prn_00000000000070008000000000000001", TestContext.Current.CancellationToken);
        var (tenant, principal) = (Ids.New("ten"), Ids.New("prn"));
        await using var session = store.LightweightSession(tenant);
        session.Events.StartStream<Principal>(
            principal, new PrincipalCreated(PrincipalType.User, owner!.SubjectId, owner.DisplayName, null, principal));

        (await Should.ThrowAsync<InvalidOperationException>(() => session.SaveChangesAsync())).Message.ShouldContain("store a copy");
    }

    [Fact]
    public void nothing_prints_a_personal_value() => $"{new Personal("ann@example.org")}".ShouldBe("[personal]");

    private Task Execute(string sql) => Execute(App.Connection, sql);

    private static async Task Execute(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
