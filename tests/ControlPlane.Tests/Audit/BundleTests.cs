using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Audit;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ControlPlane.Tests.Audit;

/// <summary>A bundle of a small history is tampered with in every way that there is.</summary>
public sealed class BundleTests(BundleTests.Evidence evidence) : IClassFixture<BundleTests.Evidence>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void a_bundle_as_it_was_exported_is_sound()
    {
        var verified = Verify(evidence.Bundle);

        verified.Faults.ShouldBeEmpty();
        (verified.Events, verified.Seals, verified.End!.Tenant, verified.End.NotSealedYet).ShouldBe((evidence.Events, evidence.Seals, evidence.Tenant, 1));
        evidence.Lines.Count(line => line.StartsWith("{\"event\"", StringComparison.Ordinal)).ShouldBe((int)evidence.Events);
    }

    [Fact]
    public void an_altered_event_is_named()
    {
        foreach (var (line, place) in EventLines())
        {
            var id = IdOf(line);

            var faults = Verify(Replaced(place, line.Replace("\"type\":", "\"typo\":", StringComparison.Ordinal))).Faults;

            faults.ShouldContain(fault => fault.StartsWith($"altered: event {id} ", StringComparison.Ordinal));
            faults.ShouldContain("altered: the file is not the one that was signed");
            faults.Count.ShouldBe(2);
        }
    }

    [Fact]
    public void a_dropped_event_is_named_by_what_is_left_of_it()
    {
        foreach (var (line, place) in EventLines())
        {
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(line["{\"event\":".Length..^1])));

            Verify(Without(place)).Faults.ShouldContain(fault => fault.StartsWith("missing: event ", StringComparison.Ordinal) && fault.EndsWith(hash, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void an_added_or_doubled_event_is_named()
    {
        foreach (var (line, place) in EventLines())
        {
            var alien = line.Replace(IdOf(line), Guid.CreateVersion7().ToString(), StringComparison.Ordinal);
            Verify(With(place, alien)).Faults.ShouldContain(fault => fault.StartsWith($"added: event {IdOf(alien)} ", StringComparison.Ordinal));
            Verify(With(place, line)).Faults.ShouldContain(fault => fault.StartsWith($"duplicated: event {IdOf(line)} ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void swapped_events_are_named()
    {
        var events = EventLines().ToArray();
        for (var i = 0; i + 1 < events.Length; i++)
        {
            var ((first, at), (second, next)) = (events[i], events[i + 1]);
            var swapped = evidence.Lines.ToArray();
            (swapped[at], swapped[next]) = (second, first);

            var faults = Verify(Bytes(swapped)).Faults;

            var kind = next == at + 1 ? "out of order" : "missing";
            faults.ShouldContain(fault => fault.StartsWith($"{kind}: event ", StringComparison.Ordinal) && (fault.Contains(IdOf(first), StringComparison.Ordinal) || fault.Contains(IdOf(second), StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void a_dropped_stream_is_noticed_event_by_event()
    {
        foreach (var stream in EventLines().Select(line => StreamOf(line.Line)).Distinct())
        {
            var left = evidence.Lines.Where(line => !line.StartsWith("{\"event\"", StringComparison.Ordinal) || StreamOf(line) != stream).ToArray();
            var dropped = evidence.Lines.Length - left.Length;

            Verify(Bytes(left)).Faults.Count(fault => fault.StartsWith("missing: event ", StringComparison.Ordinal)).ShouldBe(dropped);
        }
    }

    [Fact]
    public void a_dropped_swapped_or_forged_seal_is_named()
    {
        var seals = Enumerable.Range(0, evidence.Lines.Length).Where(place => evidence.Lines[place].StartsWith("{\"seal\"", StringComparison.Ordinal)).ToArray();
        seals.Length.ShouldBe((int)evidence.Seals);
        for (var number = 1; number <= seals.Length; number++)
        {
            var faults = Verify(Without(seals[number - 1])).Faults;
            faults.ShouldContain(fault => fault.StartsWith(number < seals.Length ? $"missing: seal {number}," : $"missing: the seals after {number - 1}, up to {number}", StringComparison.Ordinal));
            var seal = JsonNode.Parse(evidence.Lines[seals[number - 1]])!;
            seal["seal"]!["statement"] = Forged((string)seal["seal"]!["statement"]!);
            Verify(Replaced(seals[number - 1], seal.ToJsonString())).Faults.ShouldContain(fault => fault.StartsWith($"altered: seal {number} ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void a_file_that_is_cut_anywhere_is_not_sound()
    {
        for (var length = 1; length < evidence.Lines.Length; length++)
        {
            Verify(Bytes(evidence.Lines[..length])).Faults.ShouldContain(fault => fault.StartsWith("cut off: the file ends after seal ", StringComparison.Ordinal));
        }

        // Also where the end stays, and only what was sealed last goes.
        var last = Array.FindLastIndex(evidence.Lines, line => line.StartsWith("{\"seal\"", StringComparison.Ordinal));
        Verify(Bytes([.. evidence.Lines[..last], evidence.Lines[^1]])).Faults.ShouldContain($"missing: the seals after {evidence.Seals - 1}, up to {evidence.Seals}");
    }

    [Fact]
    public async Task keys_that_are_destroyed_change_nothing()
    {
        await using var database = NpgsqlDataSource.Create(evidence.Connection);
        await using (var shred = database.CreateCommand("update controlplane.tenant_keys set wrapped = null, state = 'destroyed', changed_at = now() where tenant_id = $1"))
        {
            shred.Parameters.Add(new() { Value = evidence.Tenant });
            await shred.ExecuteNonQueryAsync(Cancellation);
        }

        var again = await evidence.ExportAsync(evidence.Tenant);

        Verify(again).Faults.ShouldBeEmpty();
        LinesOf(again).Where(line => line.StartsWith("{\"event\"", StringComparison.Ordinal)).ShouldBe(EventLines().Select(line => line.Line));
    }

    [Fact]
    public async Task another_tenants_bundle_shows_where_it_has_nothing_and_is_not_taken_for_this_ones()
    {
        var other = LinesOf(await evidence.ExportAsync(evidence.Other));

        Verify(Bytes(other)).Faults.ShouldBeEmpty();
        other.Count(line => line.StartsWith("{\"seal\"", StringComparison.Ordinal) && !line.Contains("\"leaf\"", StringComparison.Ordinal)).ShouldBeGreaterThan(0);
        other.ShouldAllBe(line => !line.Contains(evidence.Tenant, StringComparison.Ordinal));

        // A seal of the other, that shows nothing of his, in the place of one that shows something of this tenant's.
        var places = Enumerable.Range(0, evidence.Lines.Length).Where(place => evidence.Lines[place].StartsWith("{\"seal\"", StringComparison.Ordinal)).ToArray();
        var absent = other.Where(line => line.StartsWith("{\"seal\"", StringComparison.Ordinal)).ToArray();
        var number = Array.FindIndex(absent, line => !line.Contains("\"leaf\"", StringComparison.Ordinal));
        Verify(Replaced(places[number], absent[number])).Faults.ShouldContain(fault => fault.StartsWith($"altered: seal {number + 1}: that the tenant has nothing in it is not shown", StringComparison.Ordinal));
    }

    [Fact]
    public void keys_that_are_given_are_the_only_ones_that_count()
    {
        var keys = evidence.Host.Services.GetRequiredService<Signer>().PublicKeys;
        using var stranger = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);

        BundleVerifier.Verify(new MemoryStream(evidence.Bundle), keys).IsSound.ShouldBeTrue();
        BundleVerifier.Verify(new MemoryStream(evidence.Bundle), new([PublicKey.Of(stranger)])).Faults.ShouldContain(fault => fault.StartsWith("altered: seal 1 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("{}\n")]
    [InlineData("nonsense")]
    [InlineData("{\"bundle\":null}\n")]
    [InlineData("{\"bundle\":{\"version\":1}}\n")]
    [InlineData("{\"bundle\":{\"keys\":{\"keys\":null},\"tenant\":\"x\",\"version\":1}}\n")]
    [InlineData("{\"bundle\":{\"keys\":{\"keys\":[]},\"tenant\":\"x\",\"version\":2}}\n")]
    [InlineData("{\"bundle\":{\"keys\":{\"keys\":[]},\"tenant\":\"x\",\"version\":1e400}}\n")]
    public void what_is_no_bundle_is_told_so(string text) => Should.Throw<InvalidDataException>(() => Verify(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("{\"seal\":{\"statement\":\"a.b.c\"}}")]
    [InlineData("{\"seal\":{\"statement\":null}}")]
    [InlineData("{\"seal\":{\"hashes\":[null,\"zz\"],\"statement\":\"e30.e30.e30\"}}")]
    [InlineData("{\"event\":}")]
    [InlineData("{\"event\":{\"sequence\":1.5,\"version\":99999999999999999999}}")]
    [InlineData("{\"certificate\":{\"statement\":\"\"}}")]
    [InlineData("{\"end\":\"\"}")]
    [InlineData("{\"end\":7}")]
    [InlineData("[[[[[[")]
    public void a_strange_line_is_a_fault_and_no_failure(string line) =>
        Verify(Bytes([evidence.Lines[0], line, .. evidence.Lines[1..]])).FaultCount.ShouldBeGreaterThan(0);

    [Fact]
    public async Task the_commands_write_and_verify_a_file()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7():N}.bundle");
        var keys = $"{file}.jwks";
        await File.WriteAllTextAsync(keys, JsonSerializer.Serialize(evidence.Host.Services.GetRequiredService<Signer>().PublicKeys, Json.Http), Cancellation);

        (await RunAsync("audit", "export", "--tenant", evidence.Tenant, "--out", file)).Code.ShouldBe(0);
        (await RunAsync("audit", "export", "--tenant", Ids.New("ten"), "--out", $"{file}.none")).Code.ShouldNotBe(0);
        File.Exists($"{file}.none").ShouldBeFalse();
        var sound = await RunAsync("audit", "verify", file, "--keys", keys);
        (sound.Code, sound.Output).ShouldSatisfyAllConditions(
            told => told.Code.ShouldBe(0, told.Output), told => told.Output.ShouldStartWith("Sound: "), told => told.Output.ShouldContain("events/s"));
        await File.AppendAllTextAsync(file, "x", Cancellation);
        var altered = await RunAsync("audit", "verify", file);
        (altered.Code, altered.Output).ShouldSatisfyAllConditions(told => told.Code.ShouldBe(1), told => told.Output.ShouldContain("after the end"));
        (await RunAsync("audit", "verify", keys)).Code.ShouldBe(2);
        (await RunAsync("audit", "verify")).Code.ShouldBe(2);
        (await RunAsync("help")).ShouldSatisfyAllConditions(help => help.Code.ShouldBe(0, help.Output), help => help.Output.ShouldContain("audit export --tenant"));
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, .. arguments]) { WorkingDirectory = AppContext.BaseDirectory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["ConnectionStrings__Postgres"] = evidence.Connection;
        start.Environment["Sealing__KeyFile"] = evidence.KeyFile;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, output);
    }

    private IEnumerable<(string Line, int Place)> EventLines() =>
        Enumerable.Range(0, evidence.Lines.Length).Where(place => evidence.Lines[place].StartsWith("{\"event\"", StringComparison.Ordinal)).Select(place => (evidence.Lines[place], place));

    private byte[] Replaced(int place, string line) => Bytes([.. evidence.Lines[..place], line, .. evidence.Lines[(place + 1)..]]);

    private byte[] With(int place, string line) => Bytes([.. evidence.Lines[..(place + 1)], line, .. evidence.Lines[(place + 1)..]]);

    private byte[] Without(int place) => Bytes([.. evidence.Lines[..place], .. evidence.Lines[(place + 1)..]]);

    private static string Forged(string jws) => jws.Split('.') is [var head, var body, var signature]
        ? $"{head}.{System.Buffers.Text.Base64Url.EncodeToString([.. System.Buffers.Text.Base64Url.DecodeFromChars(body), (byte)' '])}.{signature}"
        : throw new ArgumentException("no JWS", nameof(jws));

    private static string IdOf(string line) => (string)JsonNode.Parse(line)!["event"]!["metadata"]!["id"]!;

    private static string StreamOf(string line) => (string)JsonNode.Parse(line)!["event"]!["stream"]!;

    private static string[] LinesOf(byte[] bundle) => Encoding.UTF8.GetString(bundle).TrimEnd('\n').Split('\n');

    private static byte[] Bytes(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n")));

    private static Verification Verify(byte[] bundle) => BundleVerifier.Verify(new MemoryStream(bundle));

    /// <summary>A database with the history of two tenants, sealed in several steps.</summary>
    public sealed class Evidence(App app) : IAsyncLifetime
    {
        public Alba.IAlbaHost Host { get; private set; } = null!;

        public string Connection { get; private set; } = null!;

        public string KeyFile => Path.Combine(Path.GetTempPath(), $"{new NpgsqlConnectionStringBuilder(Connection).Database}.json");

        public string Tenant { get; } = Ids.New("ten");

        public string Other { get; } = Ids.New("ten");

        public byte[] Bundle { get; private set; } = [];

        public string[] Lines { get; private set; } = [];

        public long Events { get; private set; }

        public long Seals { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Connection = await Databases.CreateAsync();
            // Nothing is sealed but when a test asks for it.
            Host = await app.StartAsync(Connection, services => services.AddSingleton(new SealSettings { SealAfter = TimeSpan.FromDays(1) }));
            await AppearAsync(Tenant);
            await AppearAsync(Other);
            await SealAsync();
            await JoinAsync(Tenant, 3);
            await SealAsync();
            await JoinAsync(Other, 1);
            await SealAsync();
            await JoinAsync(Tenant, 2);
            await JoinAsync(Other, 2);
            await SealAsync();
            await JoinAsync(Other, 1);
            await SealAsync();
            Events = 1 + (5 * 2);
            await StoreAsync(Tenant, session => session.Events.StartStream<Principal>(Ids.New("prn"), new PrincipalCreated(PrincipalType.User, new("late"), new("Late"), null, "prn_1")));
            Bundle = await ExportAsync(Tenant);
            Lines = LinesOf(Bundle);
        }

        public async Task<byte[]> ExportAsync(string tenant)
        {
            var file = new MemoryStream();
            (await ActivatorUtilities.CreateInstance<BundleWriter>(Host.Services).WriteAsync(tenant, file, Cancellation)).ShouldNotBeNull();
            return file.ToArray();
        }

        public ValueTask DisposeAsync() => Host.DisposeAsync();

        private async Task SealAsync() => Seals = await Host.Services.GetRequiredService<ControlPlane.Audit.Sealer>().CatchUpAsync(Cancellation);

        private Task AppearAsync(string tenant) => StoreAsync(
            tenant, session => session.Events.StartStream<Tenant>(tenant, new TenantCreated(new("Ann's"), "FR", "en", "1", "1", false, "prn_1")));

        private Task JoinAsync(string tenant, int count) => StoreAsync(tenant, session =>
        {
            for (var i = 0; i < count; i++)
            {
                session.Events.StartStream<Principal>(
                    Ids.New("prn"), new PrincipalCreated(PrincipalType.User, new($"{i}@example.org"), new("Ann"), null, "prn_1"),
                    new RoleGranted(Ids.New("ras"), "operator", $"/tenants/{tenant}", null, GrantedVia.Direct, "prn_1"));
            }
        });

        private async Task StoreAsync(string tenant, Action<IDocumentSession> store)
        {
            await using var session = Host.Services.GetRequiredService<IDocumentStore>().LightweightSession(tenant);
            store(session);
            await session.SaveChangesAsync(Cancellation);
        }
    }
}
