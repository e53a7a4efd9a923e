namespace Bench;

/// <summary>The closed-loop paths: each contender in turn, several rounds, medians of them.</summary>
public static class Throughput
{
    private const int MaxWarmUps = 10;
    private const string Plan = "/v1/plan-profiles/solo";
    private static readonly string[] Contenders = ["ours", "plain", "common"];

    public static async Task<PathResult> WriteAsync(Field field, Options options)
    {
        var targets = field.Place.At("write.targets");
        await File.WriteAllLinesAsync(targets, field.Tenants.All.Select(customer => customer.Token));
        var batch = 0;
        var json = PeerSeed.Json("ain_x", "x", "prn_x");
        var rows = await CompareAsync(field, options, "", Contenders, (server, seconds) =>
            Load.WrkAsync(field.Place, server, "create.lua", seconds, targets, $"n{++batch}-"));
        var limit = await RoundsAsync(options, [("limit", (Func<int, Task<Round>>)(seconds => Load.PgbenchAsync(field.Place, "plain", seconds, json)), null)]);
        return new("write", "POST /v1/agent-instances", [.. rows, new("limit", "", limit["limit"])],
        [
            new("plain", 0.7), new("common", 1.0),
        ]);
    }

    public static async Task<PathResult> ReadAsync(Field field, Options options)
    {
        var targets = field.Place.At("read.targets");
        await File.WriteAllLinesAsync(targets, field.Tenants.All.SelectMany(customer => customer.Instances.Select(id => $"{customer.Token} /v1/agent-instances/{id}"))
            .OrderBy(line => string.GetHashCode(line.AsSpan()[^8..], StringComparison.Ordinal)));
        var rows = await CompareAsync(field, options, "", Contenders, (server, seconds) => Load.WrkAsync(field.Place, server, "get.lua", seconds, targets));
        return new("read", $"GET /v1/agent-instances/{{id}} and {Plan}", [.. rows, .. await CatalogAsync(field, options)], [new("plain", 0.8), new("static", 0.9)]);
    }

    // Against the same bytes, which nobody has to ask for with a token.
    private static async Task<IEnumerable<Row>> CatalogAsync(Field field, Options options)
    {
        var (ours, plain, token) = (await field.StartedAsync("ours"), await field.StartedAsync("plain"), field.Tenants.All[0].Token);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var answer = new ByteArrayContent(await client.GetByteArrayAsync(new Uri(ours.Url, Plan)));
        (await client.PutAsync(new Uri(plain.Url, "/static"), answer)).EnsureSuccessStatusCode();
        foreach (var (name, path) in new[] { ("ours", Plan), ("plain", "/static") })
        {
            await File.WriteAllTextAsync(field.Place.At($"catalog-{name}.targets"), $"{token} {path}\n");
        }

        var rows = await CompareAsync(field, options, "catalog", ["ours", "plain"], (server, seconds) =>
            Load.WrkAsync(field.Place, server, "get.lua", seconds, field.Place.At($"catalog-{server.Name}.targets")));
        return rows.Select(row => row.Contender == "plain" ? row with { Contender = "static" } : row);
    }

    public static async Task<PathResult> ListsAsync(Field field, Options options)
    {
        var rows = new List<Row>();
        foreach (var (page, depth) in new[] { ("first", 1), ("deep", options.DeepPage) })
        {
            var targets = new Dictionary<string, string>();
            foreach (var name in Contenders)
            {
                var file = targets[name] = field.Place.At($"lists-{page}-{name}.targets");
                var cursor = await CursorAsync(await field.StartedAsync(name), field.Tenants.Large.Token, depth);
                await File.WriteAllTextAsync(file, $"{field.Tenants.Large.Token} /v1/agent-instances?limit=50{cursor}\n");
            }

            rows.AddRange(await CompareAsync(field, options, page, Contenders, (server, seconds) =>
                Load.WrkAsync(field.Place, server, "get.lua", seconds, targets[server.Name])));
        }

        return new("lists", $"GET /v1/agent-instances?limit=50, first page and page {options.DeepPage}", rows, [new("plain", 0.7)]);
    }

    // Pages are followed as a customer follows them, only in larger steps.
    private static async Task<string> CursorAsync(Server server, string token, int depth)
    {
        using var client = new HttpClient { BaseAddress = server.Url };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var cursor = "";
        for (var left = (depth - 1) * 50; left > 0;)
        {
            var step = Math.Min(left, 200);
            var page = System.Text.Json.Nodes.JsonNode.Parse(await client.GetStringAsync($"/v1/agent-instances?limit={step}{cursor}"))!;
            cursor = $"&cursor={page["nextCursor"]!.GetValue<string>()}";
            left -= step;
        }

        return cursor;
    }

    private static async Task<List<Row>> CompareAsync(Field field, Options options, string variant, string[] names, Func<Server, int, Task<Round>> load)
    {
        var contenders = new List<(string, Func<int, Task<Round>>, Server?)>();
        foreach (var name in names)
        {
            var server = await field.StartedAsync(name);
            contenders.Add((name, seconds => MeasuredAsync(field, server, () => load(server, seconds)), server));
        }

        var rounds = await RoundsAsync(options, contenders);
        return [.. contenders.Select(contender => new Row(contender.Item1, variant, rounds[contender.Item1]) { ResidentMegabytes = contender.Item3!.ResidentMegabytes })];
    }

    private static async Task<Dictionary<string, List<Round>>> RoundsAsync(Options options, IReadOnlyList<(string Name, Func<int, Task<Round>> Run, Server? Server)> contenders)
    {
        foreach (var contender in contenders)
        {
            // A cold server on a busy machine may answer nothing in its first seconds.
            for (var tries = 0; tries < MaxWarmUps && (await contender.Run(options.WarmUpSeconds)).Requests == 0; tries++)
            {
            }
        }

        var rounds = contenders.ToDictionary(contender => contender.Name, _ => new List<Round>());
        for (var i = 0; i < options.Rounds; i++)
        {
            foreach (var contender in contenders)
            {
                rounds[contender.Name].Add(await contender.Run(options.Seconds));
            }
        }

        return rounds;
    }

    private static async Task<Round> MeasuredAsync(Field field, Server server, Func<Task<Round>> run)
    {
        var (own, database) = (server.CpuSeconds, Server.CpuSecondsOf(field.Place.Postmaster, withChildren: true));
        var round = await run();
        return round with
        {
            ServerCpu = (server.CpuSeconds - own) / round.Requests * 1e6,
            DatabaseCpu = (Server.CpuSecondsOf(field.Place.Postmaster, withChildren: true) - database) / round.Requests * 1e6,
        };
    }
}
