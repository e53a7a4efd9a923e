using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ControlPlane.Tests.Bus;

namespace ControlPlane.Tests.BadDays;

/// <summary>Two processes of the API on one database, and a customer who asks both at once.</summary>
public sealed class TwoNodesTests(TwoNodesTests.Nodes nodes) : IClassFixture<TwoNodesTests.Nodes>
{
    private const string All = "/v1/agent-instances";

    [Fact]
    public async Task a_key_that_races_on_two_nodes_has_one_effect_and_one_answer()
    {
        var (world, one, other) = (nodes.World, nodes.One, nodes.Other);
        var token = await TokenAsync(world, one.Client);

        for (var round = 1; round <= 8; round++)
        {
            var (key, body) = (Guid.CreateVersion7().ToString(), new { blueprintRef = "workspace-agent@1", displayName = $"Scout {round}" });
            var answers = await RaceAsync(one, other, node => SendAsync(node, token, HttpMethod.Post, All, body, ("Idempotency-Key", key)));

            var created = answers.Where(answer => answer.Status == 201).ToArray();
            answers.Except(created).ShouldAllBe(answer => answer.Status == 409 && answer.Text.Contains("\"idempotency_in_progress\""));
            created.Select(answer => answer.Text).Distinct().ShouldHaveSingleItem();
            created.Count(answer => !answer.IsReplayed).ShouldBe(1);
            (await DraftsAsync(world, created[0].Text)).ShouldBe(round);
            foreach (var node in new[] { one, other })
            {
                (await SendAsync(node, token, HttpMethod.Post, All, body, ("Idempotency-Key", key))).ShouldBe(created[0] with { IsReplayed = true });
                (await SendAsync(node, token, HttpMethod.Post, All, new { body.blueprintRef, displayName = "Other" }, ("Idempotency-Key", key))).Status.ShouldBe(422);
            }
        }
    }

    [Fact]
    public async Task a_key_that_races_on_what_happens_once_has_one_answer_too()
    {
        var (world, one, other) = (nodes.World, nodes.One, nodes.Other);
        var token = await TokenAsync(world, one.Client);

        for (var round = 1; round <= 8; round++)
        {
            var id = await DraftAsync(one, token);
            var key = Guid.CreateVersion7().ToString();
            var answers = await RaceAsync(one, other, node => SendAsync(node, token, HttpMethod.Post, $"{All}/{id}/delete", new { }, ("Idempotency-Key", key)));

            var accepted = answers.Where(answer => answer.Status == 202).ToArray();
            answers.Except(accepted).ShouldAllBe(answer => answer.Status == 409 && answer.Text.Contains("\"idempotency_in_progress\""));
            accepted.Select(answer => answer.Text).Distinct().ShouldHaveSingleItem();
            await Until.TrueAsync(async () => (await world.HistoriesAsync(id))[id].EndsWith(".deleted", StringComparison.Ordinal));
            (await world.HistoriesAsync(id))[id].ShouldBe("agent_instance.drafted agent_instance.deletion_requested agent_instance.deletion_started agent_instance.deleted");
            (await SendAsync(other, token, HttpMethod.Post, $"{All}/{id}/delete", new { }, ("Idempotency-Key", key))).ShouldBe(accepted[0] with { IsReplayed = true });
        }
    }

    [Fact]
    public async Task a_crash_between_commit_and_answer_leaves_the_answer_to_whoever_asks_again()
    {
        await using var world = await World.CreateAsync(hasBroker: false);
        await using var proxy = new DatabaseProxy(world.Connection);
        var service = await world.StartAsync("api", proxy.Connection);
        var token = await TokenAsync(world, service.Client);
        var (key, body) = (Guid.CreateVersion7().ToString(), new { blueprintRef = "workspace-agent@1", displayName = "Scout" });
        Task<Answered> Ask() => SendAsync(service, token, HttpMethod.Post, All, body, ("Idempotency-Key", key));

        proxy.LoseAnswersToCommitsOf("insert into controlplane.idempotency_keys");
        var lost = Ask();
        await Until.TrueAsync(async () =>
        {
            lost.IsCompleted.ShouldBeFalse(lost.IsCompletedSuccessfully ? $"{await lost} {service.Output}" : service.Output);
            return await world.CountAsync("select count(*) from controlplane.idempotency_keys") == 1;
        });
        await service.KillAsync();
        await Should.ThrowAsync<HttpRequestException>(lost);
        proxy.Open();
        await service.RestartAsync();
        var first = await Ask();

        (first.Status, first.IsReplayed).ShouldBe((201, true));
        (await Ask()).ShouldBe(first);
        (await DraftsAsync(world, first.Text)).ShouldBe(1);
    }

    [Fact]
    public async Task of_racing_writers_on_two_nodes_none_is_lost()
    {
        var (world, one, other) = (nodes.World, nodes.One, nodes.Other);
        var token = await TokenAsync(world, one.Client);
        var id = await DraftAsync(one, token);
        var done = 1;

        for (var round = 0; round < 10; round++)
        {
            var number = 0;
            var answers = await RaceAsync(one, other, node => SendAsync(
                node, token, HttpMethod.Patch, $"{All}/{id}/config", new { workspace = new { ignore = new[] { $"{round} {Interlocked.Increment(ref number)}" } } }));

            answers.Where(answer => answer.Status != 200).ShouldAllBe(answer => answer.Status == 409 && answer.Text.Contains("\"concurrent_update\""));
            var wins = answers.Count(answer => answer.Status == 200);
            wins.ShouldBeGreaterThan(0);
            answers.Where(answer => answer.Status == 200).Select(answer => answer.ETag).Distinct().Count().ShouldBe(wins);
            done += wins;
            (await world.HistoriesAsync(id))[id].Split(' ').Length.ShouldBe(done);
        }
    }

    [Fact]
    public async Task of_racing_writers_that_have_read_the_same_one_wins()
    {
        var (world, one, other) = (nodes.World, nodes.One, nodes.Other);
        var token = await TokenAsync(world, one.Client);
        var id = await DraftAsync(one, token);

        for (var round = 0; round < 10; round++)
        {
            var read = (await SendAsync(other, token, HttpMethod.Get, $"{All}/{id}", null)).ETag!;
            var number = 0;
            var answers = await RaceAsync(one, other, node => SendAsync(
                node, token, HttpMethod.Patch, $"{All}/{id}/config", new { workspace = new { ignore = new[] { $"{round} {Interlocked.Increment(ref number)}" } } }, ("If-Match", read)));

            answers.Count(answer => answer.Status == 200).ShouldBe(1);
            answers.Where(answer => answer.Status != 200).ShouldAllBe(answer =>
                (answer.Status == 409 && answer.Text.Contains("\"concurrent_update\"")) || (answer.Status == 412 && answer.Text.Contains("\"precondition_failed\"")));
        }
    }

    [Theory]
    [InlineData("/v1/principals", "principal")]
    [InlineData("/v1/role-assignments", "role")]
    public async Task what_is_revoked_on_one_node_is_over_on_the_other_within_five_seconds(string path, string what)
    {
        var (one, other) = (nodes.One, nodes.Other);
        var owner = await TokenAsync(nodes.World, one.Client);
        var (principal, assignment, token) = await MintAsync(one, owner, "operator");
        Task<Answered> Use() => SendAsync(other, token, HttpMethod.Get, "/v1/principals/me", null);
        (await Use()).Status.ShouldBe(200);

        (await SendAsync(one, owner, HttpMethod.Delete, $"{path}/{(what == "role" ? assignment : principal)}", null)).Status.ShouldBe(204);
        var began = Stopwatch.GetTimestamp();

        await Until.TrueAsync(async () => (await Use()).Status == (what == "role" ? 403 : 401));
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task a_tenant_that_leaves_on_one_node_has_left_on_the_other_within_five_seconds_and_so_when_it_comes_back()
    {
        var (one, other) = (nodes.One, nodes.Other);
        var owner = await TokenAsync(nodes.World, one.Client);
        var instance = await DraftAsync(other, owner);
        var tenant = (string)JsonNode.Parse((await SendAsync(one, owner, HttpMethod.Get, "/v1/whoami", null)).Text)!["tenantId"]!;
        Task<Answered> Use() => SendAsync(other, owner, HttpMethod.Get, $"{All}/{instance}", null);
        var before = (string)JsonNode.Parse((await Use()).Text)!["displayName"]!;

        (await SendAsync(one, owner, HttpMethod.Delete, $"/v1/tenants/{tenant}", new { reason = "customer", confirm = tenant })).Status.ShouldBe(202);
        var left = Stopwatch.GetTimestamp();
        await Until.TrueAsync(async () => (await Use()) is { Status: 403 } no && no.Text.Contains("tenant_tombstoned", StringComparison.Ordinal));
        Stopwatch.GetElapsedTime(left).ShouldBeLessThan(TimeSpan.FromSeconds(5));

        (await SendAsync(one, owner, HttpMethod.Post, $"/v1/tenants/{tenant}/restore", new { })).Status.ShouldBe(200);
        var back = Stopwatch.GetTimestamp();
        await Until.TrueAsync(async () => (await Use()) is { Status: 200 } yes && yes.Text.Contains(before, StringComparison.Ordinal));
        Stopwatch.GetElapsedTime(back).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task of_two_owners_who_revoke_each_other_on_two_nodes_one_stays()
    {
        var (one, other) = (nodes.One, nodes.Other);
        for (var round = 0; round < 5; round++)
        {
            var first = await TokenAsync(nodes.World, one.Client);
            var me = (string)JsonNode.Parse((await SendAsync(one, first, HttpMethod.Get, "/v1/principals/me", null)).Text)!["id"]!;
            var (rival, _, second) = await MintAsync(one, first, "owner");

            var answers = await Task.WhenAll(
                SendAsync(one, first, HttpMethod.Delete, $"/v1/principals/{rival}", null), SendAsync(other, second, HttpMethod.Delete, $"/v1/principals/{me}", null));

            answers.Count(answer => answer.Status == 204).ShouldBe(1, $"{answers[0]} {answers[1]}");
        }
    }

    private static async Task<(string Principal, string Assignment, string Token)> MintAsync(ServiceProcess node, string owner, string role)
    {
        var minted = await SendAsync(node, owner, HttpMethod.Post, "/v1/principals", new { type = "service", subjectId = role, displayName = role, roles = new[] { new { role } } });
        minted.Status.ShouldBe(201, minted.Text);
        var body = JsonNode.Parse(minted.Text)!;
        return ((string)body["principal"]!["id"]!, (string)body["principal"]!["roles"]![0]!["assignmentId"]!, (string)body["token"]!["secret"]!);
    }

    /// <summary>How many drafts there are in the tenant of one of them.</summary>
    private static async Task<int> DraftsAsync(World world, string draft) => (await world.RowsAsync(
        """
        select 1 from controlplane.mt_events where type = 'agent_instance.drafted'
        and tenant_id = (select tenant_id from controlplane.mt_streams where id = $1)
        """,
        _ => 1,
        (string)JsonNode.Parse(draft)!["id"]!)).Count;

    private static async Task<string> TokenAsync(World world, HttpClient client)
    {
        var customer = new Customer(world, client, new());
        await customer.SignUpAsync();
        return customer.Token;
    }

    private static async Task<string> DraftAsync(ServiceProcess node, string token)
    {
        var drafted = await SendAsync(node, token, HttpMethod.Post, All, new { blueprintRef = "workspace-agent@1", displayName = Guid.CreateVersion7().ToString("N") });
        drafted.Status.ShouldBe(201, drafted.Text);
        return (string)JsonNode.Parse(drafted.Text)!["id"]!;
    }

    private static async Task<Answered[]> RaceAsync(ServiceProcess one, ServiceProcess other, Func<ServiceProcess, Task<Answered>> ask) =>
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => ask(i % 2 == 0 ? one : other))));

    private static async Task<Answered> SendAsync(
        ServiceProcess node, string token, HttpMethod method, string path, object? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", token);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return new(
            (int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers.ETag?.Tag, response.Headers.Location?.ToString(), response.Headers.Contains("Idempotency-Replayed"));
    }

    private sealed record Answered(int Status, string Text, string? ETag, string? Location, bool IsReplayed);

    public sealed class Nodes : IAsyncLifetime
    {
        internal World World { get; private set; } = null!;

        internal ServiceProcess One { get; private set; } = null!;

        internal ServiceProcess Other { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            World = await World.CreateAsync(hasBroker: false);
            One = await World.StartAsync("api");
            Other = await World.StartAsync("api");
        }

        public ValueTask DisposeAsync() => World.DisposeAsync();
    }
}
