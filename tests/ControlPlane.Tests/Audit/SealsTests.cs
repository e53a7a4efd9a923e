using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Audit;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Storage;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ControlPlane.Tests.Audit;

public class SealsTests(App app) : AppTest(app)
{
    private Sealer Sealer => App.Host.Services.GetRequiredService<Sealer>();

    private PublicKeys Keys => App.Host.Services.GetRequiredService<Signer>().PublicKeys;

    [Fact]
    public async Task seals_are_signed_numbered_without_gaps_and_each_names_the_one_before()
    {
        await Sealer.CatchUpAsync(Cancellation);
        await Join("auditor", $"/tenants/{Tenant}");
        await Sealer.CatchUpAsync(Cancellation);

        var seals = new List<JsonNode>();
        for (string? cursor = null; ;)
        {
            var page = await Get($"/v1/audit/seals?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            seals.AddRange(page.Body!["items"]!.AsArray()!);
            if ((cursor = page.Text("nextCursor")) is null)
            {
                break;
            }
        }

        seals.Reverse();
        seals.Select(seal => (long)seal["number"]!).ShouldBe(Enumerable.Range(1, seals.Count).Select(number => (long)number));
        (string? previous, var last) = (null, 0L);
        foreach (var seal in seals)
        {
            var jws = (string)seal["statement"]!;
            SealStatement.In(jws, Keys).ShouldBe(new(
                (long)seal["number"]!, (long)seal["firstSequence"]!, (long)seal["lastSequence"]!, (int)seal["events"]!, (int)seal["tenants"]!, (string)seal["root"]!,
                (string?)seal["previous"], (DateTimeOffset)seal["sealedAt"]!));
            ((long)seal["firstSequence"]!, (string?)seal["previous"]).ShouldBe((last + 1, previous));
            (previous, last) = (SealChain.HashOf(jws), (long)seal["lastSequence"]!);
        }
    }

    [Fact]
    public async Task a_proof_leads_from_the_stored_event_to_the_signed_root_and_needs_nothing_of_ours_to_be_checked()
    {
        await Join("auditor", $"/tenants/{Tenant}");
        await Sealer.CatchUpAsync(Cancellation);

        foreach (var id in await EventIds())
        {
            var proof = (await Get($"/v1/audit/events/{id}/proof")).Body!;
            var hash = SHA256.HashData(CanonicalJson.Bytes(proof["event"]));
            Convert.ToHexStringLower(hash).ShouldBe((string)proof["hash"]!);
            Convert.ToHexStringLower(Proof(proof["inTenant"]!).RootOf(MerkleTree.Leaf(hash))!).ShouldBe((string)proof["leaf"]!["root"]!);
            ((string)proof["leaf"]!["tenant"]!).ShouldBe(Tenant);
            var leaf = MerkleTree.Leaf([.. SHA256.HashData(Encoding.UTF8.GetBytes(Tenant)), .. SHA256.HashData(CanonicalJson.Bytes(proof["leaf"]))]);
            Convert.ToHexStringLower(Proof(proof["inSeal"]!).RootOf(leaf)!).ShouldBe(SealStatement.In((string)proof["seal"]!["statement"]!, Keys)!.Root);
        }

        static InclusionProof Proof(JsonNode node) => node.Deserialize<InclusionProof>(Json.Http)!;
    }

    [Fact]
    public async Task what_is_not_sealed_has_no_proof_yet_and_what_is_not_there_or_another_tenants_has_none()
    {
        await using var database = NpgsqlDataSource.Create(App.Connection);
        await using var slow = await database.OpenConnectionAsync(Cancellation);
        await using var transaction = await slow.BeginTransactionAsync(Cancellation);
        // While this is open nobody seals what comes after it.
        await ExecuteAsync(slow, "select pg_current_xact_id()");
        await Join("auditor", $"/tenants/{Tenant}");
        var id = (await EventIds())[^1];
        (await Get($"/v1/audit/events/{id}/proof")).ShouldRefuse(409, "not_sealed_yet");
        await transaction.CommitAsync(Cancellation);

        var elsewhere = await Join(Roles.Owner, $"/tenants/{Ids.New("ten")}", home: Ids.New("ten"));
        (await Get($"/v1/audit/events/{id}/proof", elsewhere)).Status.ShouldBe(403);
        (await Get($"/v1/audit/events/{Guid.CreateVersion7()}/proof")).Status.ShouldBe(404);
        (await Get("/v1/audit/events/nonsense/proof")).Status.ShouldBe(404);
        (await Get("/v1/audit/seals", await Join("billing", $"/tenants/{Tenant}"))).Status.ShouldBe(403);
        (await Get("/v1/audit/seals?limit=0&before=1")).Faults.ShouldBe(["?before unknown_parameter", "?limit out_of_range"]);
    }

    [Fact]
    public async Task a_gap_that_a_rollback_has_left_holds_up_neither_seals_nor_figures_nor_a_bundle()
    {
        var connection = await Databases.CreateAsync();
        await using var host = await App.StartAsync(connection, services => services.AddSingleton(new SealSettings { SealAfter = TimeSpan.FromMilliseconds(500) }));
        var store = host.Services.GetRequiredService<IDocumentStore>();
        await using (var session = store.LightweightSession(Tenant))
        {
            session.Events.StartStream<ControlPlane.Tenants.Tenant>(Tenant, new ControlPlane.Tenants.TenantCreated(new("Ann's"), "FR", "en", "1", "1", false, Me));
            await session.SaveChangesAsync(Cancellation);
        }

        await StartAsync(Ids.New("ain"));
        await Should.ThrowAsync<Exception>(StartAsync(Ids.New("ain")));

        await using var database = NpgsqlDataSource.Create(connection);
        await Until.TrueAsync(async () =>
        {
            await using var gaps = database.CreateCommand($"select count(*) from controlplane.mt_events where type = '{StoreModel.Gap}'");
            return (long)(await gaps.ExecuteScalarAsync(Cancellation))! > 0;
        });
        await using (var session = store.LightweightSession(Tenant))
        {
            session.Events.StartStream<Principal>(Me, new PrincipalCreated(PrincipalType.User, new("ann@example.org"), new("Ann"), null, Me));
            await session.SaveChangesAsync(Cancellation);
        }

        // Tenant, instance, gap and principal.
        await Until.TrueAsync(async () =>
        {
            await using var sealedTotal = database.CreateCommand("select coalesce(max(total), 0) from controlplane.seal_tenants where tenant_id = $1");
            sealedTotal.Parameters.Add(new() { Value = Tenant });
            return (long)(await sealedTotal.ExecuteScalarAsync(Cancellation))! == 4;
        });
        (await Backlog.ReadAsync(database, Cancellation)).Readers.ShouldNotBeEmpty();
        var bundle = new MemoryStream();
        await ActivatorUtilities.CreateInstance<BundleWriter>(host.Services).WriteAsync(Tenant, bundle, Cancellation);
        bundle.Position = 0;
        var verified = BundleVerifier.Verify(bundle);
        verified.Faults.ShouldBeEmpty();
        verified.Events.ShouldBe(4);

        // Names are unique in a tenant.
        async Task StartAsync(string id)
        {
            await using var session = store.LightweightSession(Tenant);
            session.Events.StartStream<ControlPlane.AgentInstances.AgentInstance>(id, new ControlPlane.AgentInstances.InstanceDrafted(
                "workspace-agent@1", "sha256:0", "solo@1", null, new("Twin"), "the same", new("{}"), new("{}"), Me));
            await session.SaveChangesAsync(Cancellation);
        }
    }

    [Fact]
    public async Task no_seal_covers_nothing_but_seals()
    {
        await Sealer.CatchUpAsync(Cancellation);
        await Sealer.CatchUpAsync(Cancellation);
        await Sealer.CatchUpAsync(Cancellation);

        await using var database = NpgsqlDataSource.Create(App.Connection);
        await using var idle = database.CreateCommand(
            """
            select count(*) from controlplane.mt_events seal where type = 'seal.closed' and not exists (
              select from controlplane.mt_events e
              where e.seq_id between (seal.data->>'firstSequence')::bigint and (seal.data->>'lastSequence')::bigint and e.type <> 'seal.closed')
            """);
        (await idle.ExecuteScalarAsync(Cancellation)).ShouldBe(0L);
    }

    [Fact]
    public async Task a_transaction_that_is_slow_to_commit_is_waited_for()
    {
        await using var database = NpgsqlDataSource.Create(App.Connection);
        await using var slow = await database.OpenConnectionAsync(Cancellation);
        await using var transaction = await slow.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(slow, "select pg_current_xact_id()");

        var mark = await SafeMark.ReadAsync(database, Cancellation);
        (await mark.IsSafeAsync(database, Cancellation)).ShouldBeFalse();
        await transaction.CommitAsync(Cancellation);
        await Until.TrueAsync(() => mark.IsSafeAsync(database, Cancellation));
    }

    [Fact]
    public async Task a_writer_who_is_at_work_and_has_no_transaction_id_yet_is_waited_for()
    {
        await using var database = NpgsqlDataSource.Create(App.Connection);
        await using var gate = await database.OpenConnectionAsync(Cancellation);
        await using var writer = await database.OpenConnectionAsync(Cancellation);
        await ExecuteAsync(gate, "select pg_advisory_lock(710)");
        var working = ExecuteAsync(writer, "select pg_advisory_lock(710)");
        await Until.TrueAsync(async () => await CountAsync(database, $"select count(*) from pg_stat_activity where pid = {writer.ProcessID} and wait_event = 'advisory'") == 1);

        var mark = await SafeMark.ReadAsync(database, Cancellation);
        (await mark.IsSafeAsync(database, Cancellation)).ShouldBeFalse();
        await ExecuteAsync(gate, "select pg_advisory_unlock(710)");
        await working;
        await Until.TrueAsync(() => mark.IsSafeAsync(database, Cancellation));
    }

    [Fact]
    public async Task an_event_that_was_altered_after_its_seal_gets_no_proof()
    {
        await Sealer.CatchUpAsync(Cancellation);
        var id = (await EventIds())[0];
        (await Get($"/v1/audit/events/{id}/proof")).Status.ShouldBe(200);

        await using var database = NpgsqlDataSource.Create(App.Connection);
        await using var connection = await database.OpenConnectionAsync(Cancellation);
        await ExecuteAsync(connection, $$"""update controlplane.mt_events set data = data || '{"altered":true}' where id = '{{id}}'""");

        (await Get($"/v1/audit/events/{id}/proof")).ShouldRefuse(409, "not_as_sealed");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<IReadOnlyList<Guid>> EventIds()
    {
        await using var database = NpgsqlDataSource.Create(App.Connection);
        await using var command = database.CreateCommand("select id from controlplane.mt_events where tenant_id = $1 order by seq_id");
        command.Parameters.Add(new() { Value = Tenant });
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(Cancellation))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }
}
