using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Audit;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Storage;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ControlPlane.Tests.Audit;

/// <summary>What a forger may think of who cannot sign: everything is told, by name, and nothing fails in another way.</summary>
public sealed class ForgedBundleTests(BundleTests.Evidence evidence) : IClassFixture<BundleTests.Evidence>
{
    private readonly Random _random = new(20261124);

    private Signer Signer => evidence.Host.Services.GetRequiredService<Signer>();

    private Forgery Bundle => new(evidence.Bundle);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void every_byte_that_is_another_is_a_fault_and_never_a_failure()
    {
        // One place in four, and other ones in every run; and all of the first line.
        var (unnoticed, start) = (new List<int>(), Random.Shared.Next(4));
        Parallel.ForEach(Enumerable.Range(0, evidence.Bundle.Length).Where(place => place % 4 == start || place <= evidence.Lines[0].Length), place =>
        {
            var bytes = evidence.Bundle.ToArray();
            bytes[place] ^= (byte)(1 << (place * 7 % 8));
            if (BundleVerifier.Verify(new MemoryStream(bytes)).IsSound)
            {
                lock (unnoticed)
                {
                    unnoticed.Add(place);
                }
            }
        });

        unnoticed.ShouldBeEmpty();
    }

    [Fact]
    public void no_byte_can_be_put_in_or_left_out_or_become_whitespace()
    {
        foreach (var place in Enumerable.Range(0, 80).Select(_ => _random.Next(evidence.Bundle.Length)))
        {
            var (before, after) = (evidence.Bundle[..place], evidence.Bundle[(place + 1)..]);
            Faults([.. before, .. after]).ShouldNotBeEmpty($"without byte {place}");
            Faults([.. before, evidence.Bundle[place], evidence.Bundle[place], .. after]).ShouldNotBeEmpty($"byte {place} twice");
            foreach (var space in " \n\r\t\0"u8.ToArray().Where(space => space != evidence.Bundle[place]))
            {
                Faults([.. before, space, .. after]).ShouldNotBeEmpty($"{space} for byte {place}");
                Faults([.. before, space, .. evidence.Bundle[place..]]).ShouldNotBeEmpty($"{space} before byte {place}");
            }
        }

        foreach (var tail in new[] { "\n", " ", "\0", "x", "{}\n" })
        {
            Faults([.. evidence.Bundle, .. Encoding.UTF8.GetBytes(tail)]).ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void an_event_that_is_altered_is_named_as_it_was_sealed()
    {
        foreach (var line in Bundle.EventLines)
        {
            string[] names = ["altered: event", .. Bundle.NamesOf(line)];
            ShouldName(Bundle.Altered(line, read => read["event"]!["data"]!["altered"] = true), names);
            ShouldName(Bundle.Altered(line, read => read["event"]!["timestamp"] = "2020-01-01T00:00:00.000000Z"), names);
            ShouldName(Bundle.Altered(line, read => read["event"]!["metadata"]!["id"] = Guid.CreateVersion7().ToString()), names);
            ShouldName(Bundle.Altered(line, read => read["event"]!["metadata"]!["id"] = 7), names);
            ShouldName(Bundle.Altered(line, read => read["event"]!["sequence"] = 1_000_000), names);
            ShouldName(Bundle.Altered(line, words => words.Replace("\"data\":{", "\"data\": {", StringComparison.Ordinal)), names);
            ShouldName(Bundle.Altered(line, words => words[..(words.Length / 2)]), names);
            ShouldName(Bundle.Altered(line, _ => "nonsense"), names);
            ShouldName(Bundle.Altered(line, _ => ""), names);
            ShouldName(Bundle.Altered(line, _ => """{"event":{"sequence":99999999999999999999999999,"stream":{},"metadata":[]}}"""), names);
        }
    }

    [Fact]
    public void an_event_that_is_left_out_repeated_added_or_moved_is_named()
    {
        var events = Bundle.EventLines;
        foreach (var line in events)
        {
            var names = Bundle.NamesOf(line);
            ShouldName(Bundle.Without(line), ["missing: event", .. names]);
            ShouldName(Bundle.With(line, Bundle.Lines[line]), ["duplicated: event", .. names]);
            ShouldName(Bundle.With(line, Bundle.Lines[line].Replace("\"version\":", "\"version\":9", StringComparison.Ordinal)), ["added: event", names[0]]);
            foreach (var other in events.Where(other => other > line))
            {
                var swapped = Bundle.Swapped(line, other);
                if (Bundle.SealOf(line) == Bundle.SealOf(other))
                {
                    ShouldName(swapped, ["out of order: event", .. names]);
                }
                else
                {
                    ShouldName(swapped, ["missing: event", .. names]);
                    ShouldName(swapped, ["missing: event", .. Bundle.NamesOf(other)]);
                    ShouldName(swapped, ["added: event", names[0]]);
                }
            }
        }
    }

    [Fact]
    public void one_event_that_is_added_puts_no_other_out_of_order()
    {
        foreach (var line in Bundle.EventLines)
        {
            var faults = Bundle.With(line, Bundle.Lines[line].Replace("\"type\":", "\"typo\":", StringComparison.Ordinal)).Faults();

            faults.ShouldNotContain(fault => fault.StartsWith("out of order", StringComparison.Ordinal) || fault.StartsWith("altered: event", StringComparison.Ordinal), string.Join('\n', faults));
        }
    }

    [Fact]
    public void a_stream_that_is_left_out_is_named_event_by_event_and_missed_where_the_lists_leave_it_out_too()
    {
        foreach (var stream in Bundle.EventLines.GroupBy(line => (string)Bundle.Read(line)["stream"]!))
        {
            foreach (var line in stream)
            {
                ShouldName(Bundle.Without([.. stream]), ["missing: event", .. Bundle.NamesOf(line)]);
            }

            var without = Bundle;
            foreach (var seal in Bundle.SealLines.Where(seal => Bundle.Read(seal).ContainsKey("names")))
            {
                without = without.Altered(seal, read =>
                {
                    var (names, hashes) = (read["seal"]!["names"]!.AsArray(), read["seal"]!["hashes"]!.AsArray());
                    for (var place = names.Count - 1; place >= 0; place--)
                    {
                        if ((string?)names[place]!["stream"] == stream.Key)
                        {
                            names.RemoveAt(place);
                            hashes.RemoveAt(place);
                        }
                    }
                });
            }

            foreach (var number in stream.Select(Bundle.SealOf).Distinct())
            {
                ShouldName(without.Without([.. stream]), [$"altered: seal {number}: the hashes are not those of its leaf"]);
            }
        }
    }

    [Fact]
    public void what_is_cut_off_is_told_wherever_the_cut_is()
    {
        for (var length = evidence.Lines[0].Length; length < evidence.Bundle.Length; length += _random.Next(1, 60))
        {
            Faults(evidence.Bundle[..length]).ShouldContain(fault => fault.StartsWith("cut off: ", StringComparison.Ordinal));
        }

        // A cut before the last seal, with the last seal and the end put behind it again.
        var last = Bundle.SealLines[^1];
        for (var line = 1; line < last; line++)
        {
            new Forgery([.. Bundle.Lines[..line], .. Bundle.Lines[last..]]).Faults().ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void whatever_is_altered_in_a_seal_is_told_with_its_number()
    {
        foreach (var line in Bundle.SealLines)
        {
            var number = Bundle.NumberOf(line);
            foreach (var (path, alter) in Values(Bundle.Read(line), ""))
            {
                var faults = Bundle.Altered(line, read => alter(read["seal"]!)).Faults();
                faults.ShouldContain(fault => fault.Contains($"seal {number}", StringComparison.Ordinal) || fault.Contains("the seals after ", StringComparison.Ordinal), $"{path}: {string.Join('\n', faults)}");
            }
        }
    }

    [Fact]
    public void whatever_is_altered_in_the_first_line_or_the_last_is_told()
    {
        foreach (var line in new[] { 0, evidence.Lines.Length - 1 })
        {
            foreach (var (path, alter) in Values(JsonNode.Parse(evidence.Lines[line])!, ""))
            {
                Bundle.Altered(line, alter).Faults().ShouldNotBeEmpty(path);
            }
        }
    }

    [Fact]
    public void a_bundle_that_was_made_anew_with_other_keys_is_sound_only_to_those_who_believe_it()
    {
        using var forger = new Signer(Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7():N}.json"), mayCreate: true);
        var keys = JsonNode.Parse(JsonSerializer.Serialize(forger.PublicKeys, Json.Http));
        var (forged, previous) = (Bundle.Altered(0, read => read["bundle"]!["keys"] = keys), (string?)null);
        foreach (var line in Bundle.SealLines)
        {
            forged = forged.Altered(line, read =>
            {
                var statement = SealStatement.In((string)read["seal"]!["statement"]!, Signer.PublicKeys)! with { Previous = previous };
                var signed = forger.Jws(statement, SealStatement.Type, out _);
                (read["seal"]!["statement"], previous) = (signed, SealChain.HashOf(signed));
            });
        }

        var before = Encoding.UTF8.GetBytes(string.Concat(forged.Lines[..^1].Select(line => $"{line}\n")));
        var end = BundleVerifier.Verify(new MemoryStream(evidence.Bundle)).End! with { Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(before)) };
        forged = forged.Altered(forged.Lines.Length - 1, read => read["end"] = forger.Jws(end, BundleEnd.Type, out _));

        forged.Faults().ShouldBeEmpty();
        forged.Faults(forger.PublicKeys).ShouldBeEmpty();
        forged.Faults(Signer.PublicKeys).ShouldContain(fault => fault.StartsWith("altered: seal 1 ", StringComparison.Ordinal));
    }

    [Fact]
    public void of_two_histories_with_the_same_keys_one_is_not_believed_and_no_statement_is_taken_for_another()
    {
        var line = Bundle.SealLines[1];
        var statement = SealStatement.In((string)Bundle.Read(line)["statement"]!, Signer.PublicKeys)!;

        ShouldName(Forked(statement with { Previous = new('0', 64) }, SealStatement.Type), ["altered: seal 2 does not follow the seal before it"]);
        ShouldName(Forked(statement with { Previous = new('0', 64) }, SealStatement.Type), ["altered: seal 3 does not follow the seal before it"]);
        ShouldName(Forked(statement, BundleEnd.Type), ["altered: seal 2 ", "is not signed"]);

        Forgery Forked(SealStatement statement, string type) => Bundle.Altered(line, read => read["seal"]!["statement"] = Signer.Jws(statement, type, out _));
    }

    [Fact]
    public void noise_within_a_bundle_ends_in_faults_and_never_in_a_failure()
    {
        string[] nonsense =
        [
            "", "null", "[]", "{}", "1e999", "\"\\ud800\"", new('[', 200), "{\"event\":", "{\"event\":}", "{\"event\":[1]}", "{\"event\":{\"metadata\":{\"id\":1}}}",
            "{\"seal\":null}", "{\"seal\":{}}", "{\"seal\":{\"statement\":\"a.b.c\"}}", "{\"seal\":{\"statement\":\"..\",\"names\":[null],\"hashes\":[null]}}",
            "{\"end\":\"e30.e30.e30\"}", "{\"bundle\":{}}", "{\"end\":{}}", "{\"certificate\":{\"statement\":\"e30.e30.e30\"}}", new('x', BundleLines.Longest + 1),
        ];
        foreach (var line in Enumerable.Range(1, evidence.Lines.Length))
        {
            foreach (var words in nonsense.SkipLast(line == 3 ? 0 : 1))
            {
                Bundle.With(line, words).Faults().ShouldNotBeEmpty($"{words[..Math.Min(words.Length, 200)]} at line {line}");
            }
        }

        for (var i = 0; i < 200; i++)
        {
            var bytes = evidence.Bundle.ToArray();
            _random.NextBytes(bytes.AsSpan(_random.Next(bytes.Length - 40), _random.Next(2, 40)));
            Faults(bytes).ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task what_was_done_to_the_database_shows_in_the_bundle()
    {
        // The other tenant's, for this one's is looked at as it is.
        var whole = new Forgery(await evidence.ExportAsync(evidence.Other));
        var (altered, removed) = (whole.EventLines[0], whole.EventLines.GroupBy(whole.SealOf).Last(events => events.Count() > 2).ElementAt(1));
        await using var database = NpgsqlDataSource.Create(evidence.Connection);
        await using var damage = database.CreateCommand(
            $$"""
            update controlplane.mt_events set data = data || '{"altered":true}' where id = '{{whole.NamesOf(altered)[0]}}';
            create temp table kept as select * from controlplane.mt_events where id = '{{whole.NamesOf(removed)[0]}}';
            delete from controlplane.mt_events where id = '{{whole.NamesOf(removed)[0]}}'
            """);
        await damage.ExecuteNonQueryAsync(Cancellation);

        var bundle = new Forgery(await evidence.ExportAsync(evidence.Other));

        ShouldName(bundle, ["altered: event", .. whole.NamesOf(altered)]);
        bundle.Faults().ShouldContain(fault => fault.StartsWith($"missing: event 2 of ", StringComparison.Ordinal) && fault.Contains($"seal {whole.SealOf(removed)},", StringComparison.Ordinal));
    }

    [Fact]
    public async Task the_mark_of_a_rolled_back_append_that_comes_after_the_seal_is_no_added_event()
    {
        await using var database = NpgsqlDataSource.Create(evidence.Connection);
        await using var draw = database.CreateCommand("select nextval('controlplane.mt_events_sequence')");
        var gap = (long)(await draw.ExecuteScalarAsync(Cancellation))!;
        await using (var session = evidence.Host.Services.GetRequiredService<IDocumentStore>().LightweightSession(evidence.Tenant))
        {
            session.Events.StartStream<Principal>(Ids.New("prn"), new PrincipalCreated(PrincipalType.User, new("gap@example.org"), new("Gap"), null, "prn_1"));
            await session.SaveChangesAsync(Cancellation);
        }

        await evidence.Host.Services.GetRequiredService<ControlPlane.Audit.Sealer>().CatchUpAsync(Cancellation);
        await using var mark = database.CreateCommand(
            $"""
            insert into controlplane.mt_streams (id, tenant_id, version) values ('{StoreModel.GapStream}', '{evidence.Tenant}', 1) on conflict do nothing;
            insert into controlplane.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id)
            values ({gap}, gen_random_uuid(), '{StoreModel.GapStream}', {gap}, '{"{}"}', '{StoreModel.Gap}', '-infinity', '{evidence.Tenant}')
            """);
        await mark.ExecuteNonQueryAsync(Cancellation);

        new Forgery(await evidence.ExportAsync(evidence.Tenant)).Faults().ShouldBeEmpty();
    }

    private static void ShouldName(Forgery bundle, string[] names)
    {
        var faults = bundle.Faults();
        faults.ShouldContain(fault => names.All(name => fault.Contains(name, StringComparison.Ordinal)), $"{string.Join(", ", names)} in\n{string.Join('\n', faults)}");
    }

    private static IReadOnlyList<string> Faults(byte[] bytes) => new Forgery(bytes).Faults();

    // Every value below a node, with ways to make it another or none.
    private static IEnumerable<(string Path, Action<JsonNode> Alter)> Values(JsonNode node, string path)
    {
        foreach (var (name, value) in node is JsonObject members ? members.ToArray() : [])
        {
            yield return ($"{path}/{name} removed", holder => Holder(holder, path).AsObject().Remove(name));
            yield return ($"{path}/{name} null", holder => Holder(holder, path)[name] = null);
            foreach (var inner in value is JsonObject or JsonArray ? Values(value, $"{path}/{name}") : [])
            {
                yield return inner;
            }

            if (value is JsonValue one)
            {
                yield return ($"{path}/{name} altered", holder => Holder(holder, path)[name] = Other(one));
                yield return ($"{path}/{name} of another type", holder => Holder(holder, path)[name] = new JsonArray());
                yield return ($"{path}/{name} huge", holder => Holder(holder, path)[name] = long.MaxValue);
            }
        }

        foreach (var (place, value) in node is JsonArray items ? items.Index().ToArray() : [])
        {
            yield return ($"{path}/{place} removed", holder => Holder(holder, path).AsArray().RemoveAt(place));
            yield return ($"{path}/{place} null", holder => Holder(holder, path)[place] = null);
            yield return ($"{path}/{place} twice", holder => Holder(holder, path).AsArray().Insert(place, value!.DeepClone()));
            foreach (var inner in value is JsonObject ? Values(value, $"{path}/{place}") : [])
            {
                yield return inner;
            }
        }
    }

    private static JsonNode Holder(JsonNode root, string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(root, (node, name) => node is JsonArray items ? items[int.Parse(name, CultureInfo.InvariantCulture)]! : node[name]!);

    private static JsonValue Other(JsonValue value) => value.TryGetValue<string>(out var text)
        ? JsonValue.Create((text[0] == 'a' ? 'b' : 'a') + text[1..])
        : JsonValue.Create(value.GetValue<long>() + 1);

    /// <summary>A bundle in the hands of somebody who alters it.</summary>
    private sealed record Forgery(byte[] Bytes)
    {
        public Forgery(IEnumerable<string> lines)
            : this(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n"))))
        {
        }

        public string[] Lines { get; } = Encoding.UTF8.GetString(Bytes).Split('\n')[..^1];

        public int[] EventLines => Places("event");

        public int[] SealLines => Places("seal");

        public IReadOnlyList<string> Faults(PublicKeys? keys = null) => BundleVerifier.Verify(new MemoryStream(Bytes), keys).Faults;

        public Forgery Without(params int[] lines) => new(Lines.Where((_, place) => !lines.Contains(place)));

        public Forgery With(int line, string words) => new([.. Lines[..line], words, .. Lines[line..]]);

        public Forgery Altered(int line, Func<string, string> alter) => new([.. Lines[..line], alter(Lines[line]), .. Lines[(line + 1)..]]);

        /// <summary>In the one form that a line has, so that the form does not give it away.</summary>
        public Forgery Altered(int line, Action<JsonObject> alter) => Altered(line, words =>
        {
            var read = JsonNode.Parse(words)!.AsObject();
            alter(read);
            return Encoding.UTF8.GetString(CanonicalJson.Bytes(read));
        });

        public Forgery Swapped(int one, int other)
        {
            var lines = Lines.ToArray();
            (lines[one], lines[other]) = (lines[other], lines[one]);
            return new(lines);
        }

        public JsonObject Read(int line) => JsonNode.Parse(Lines[line])!.AsObject().Single().Value!.AsObject();

        /// <summary>What every fault about the event must name.</summary>
        public string[] NamesOf(int line)
        {
            var read = Read(line);
            return [(string)read["metadata"]!["id"]!, (string)read["stream"]!, $"sequence {read["sequence"]}", $"seal {SealOf(line)}"];
        }

        public int SealOf(int line) => NumberOf(SealLines.Last(seal => seal < line));

        public int NumberOf(int seal) => Array.IndexOf(SealLines, seal) + 1;

        private int[] Places(string kind) => [.. Lines.Index().Where(line => line.Item.StartsWith($$"""{"{{kind}}":""", StringComparison.Ordinal)).Select(line => line.Index)];
    }
}
