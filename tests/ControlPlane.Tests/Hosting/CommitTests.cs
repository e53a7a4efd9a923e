using ControlPlane.AgentInstances;
using ControlPlane.Hosting;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Tests.Hosting;

/// <summary>What the commit decides, on the models of instances.</summary>
public class CommitTests(App app) : AppTest(app)
{
    [Fact]
    public async Task a_quota_is_not_overrun_by_racing_commits()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Try(() => Draft($"n{i}", new Quota("instances", 3)))));

        results.Count(problem => problem is null).ShouldBe(3);
        results.Where(problem => problem is not null).ShouldAllBe(problem =>
            problem!.Status == 402 && (string)problem.Extensions["metric"]! == "instances" && (long)problem.Extensions["limit"]! == 3);
        await using var session = Store.QuerySession(Tenant);
        (await session.Query<InstanceCard>().CountAsync(TestContext.Current.CancellationToken)).ShouldBe(3);
    }

    [Fact]
    public async Task who_takes_of_a_quota_waits_for_whoever_took_before_and_has_not_committed()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var database = Npgsql.NpgsqlDataSource.Create(App.Connection);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var before = await connection.BeginTransactionAsync(cancellation);
        await using var take = new Npgsql.NpgsqlCommand($"select controlplane.assert_quota_instances('{Tenant}', 1)", connection);
        await take.ExecuteNonQueryAsync(cancellation);

        var later = Draft("later", new Quota("instances", 1));
        await Bus.Until.TrueAsync(async () =>
        {
            later.IsCompleted.ShouldBeFalse();
            await using var waiting = database.CreateCommand(
                "select count(*) from pg_locks l join pg_locks held using (locktype, database, classid, objid) "
                + $"where l.locktype = 'advisory' and not l.granted and held.granted and held.pid = {connection.ProcessID}");
            return (long)(await waiting.ExecuteScalarAsync(cancellation))! > 0;
        });
        await before.CommitAsync(cancellation);

        (await later).ShouldStartWith("ain_");
    }

    [Fact]
    public async Task two_instances_of_a_tenant_never_share_a_name_and_a_deleted_one_gives_it_back()
    {
        var first = await Draft("same");

        var second = await Try(() => Draft("same"));
        await Append(first, new InstanceDeleted(TimeProvider.System.GetUtcNow()));
        var third = await Try(() => Draft("same"));

        (second!.Status, second.Extensions["code"]).ShouldBe((409, "name_taken"));
        third.ShouldBeNull();
    }

    [Theory]
    [InlineData("\"1.x\"", null)]
    [InlineData("\"7.y\", \"1.x\"", null)]
    [InlineData("*", null)]
    [InlineData("\"7.y\"", 412)]
    public async Task if_match_names_the_version_that_is_changed(string ifMatch, int? refused)
    {
        var id = await Draft(Ids.New("n"));

        var problem = await Try(() => Suspend(id, ifMatch));

        problem?.Status.ShouldBe(refused!.Value);
        (problem is null).ShouldBe(refused is null);
        await using var session = Store.QuerySession(Tenant);
        (await session.LoadAsync<InstanceCard>(id, TestContext.Current.CancellationToken))!.State
            .ShouldBe(refused is null ? InstanceState.Suspended : InstanceState.Draft);
    }

    [Fact]
    public async Task of_two_writers_that_read_the_same_version_one_loses()
    {
        var id = await Draft(Ids.New("n"));
        await using var one = Store.LightweightSession(Tenant);
        await using var other = Store.LightweightSession(Tenant);
        foreach (var session in new[] { one, other })
        {
            (await session.Events.FetchForWriting<AgentInstance>(id, TestContext.Current.CancellationToken)).AppendOne(Suspension);
        }

        await one.SaveChangesAsync(TestContext.Current.CancellationToken);

        (await Try(() => other.SaveChangesAsync(TestContext.Current.CancellationToken)))!.Extensions["code"].ShouldBe("concurrent_update");
    }

    private IDocumentStore Store => App.Host.Services.GetRequiredService<IDocumentStore>();

    private InstanceSuspended Suspension => new(SuspendCode.Customer, null, SuspendDrain.Now, null, Me);

    private async Task<string> Draft(string name, Quota? quota = null)
    {
        var id = Ids.New("ain");
        await using var session = Store.LightweightSession(Tenant);
        session.Events.StartStream<AgentInstance>(
            id, new InstanceDrafted("scout@1", "sha256:0", "solo@1", null, new Personal(name), name, new Personal("{}"), new Personal("{}"), Me));
        await Within(context =>
        {
            if (quota is not null)
            {
                context.Commit().Take(quota);
            }

            return session.SaveChangesAsync(TestContext.Current.CancellationToken);
        });
        return id;
    }

    private async Task Suspend(string id, string ifMatch)
    {
        await using var session = Store.LightweightSession(Tenant);
        (await session.Events.FetchForWriting<AgentInstance>(id, TestContext.Current.CancellationToken)).AppendOne(Suspension);
        await Within(context =>
        {
            context.Request.Headers.IfMatch = ifMatch;
            new Answer<Sample>(new Sample(), stream: id).Execute(context);
            return session.SaveChangesAsync(TestContext.Current.CancellationToken);
        });
    }

    private async Task Append(string id, object stored)
    {
        await using var session = Store.LightweightSession(Tenant);
        await session.Events.AppendOptimistic(id, TestContext.Current.CancellationToken, stored);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    // As if a request were under way.
    private async Task Within(Func<HttpContext, Task> work)
    {
        var context = new DefaultHttpContext();
        App.Host.Services.GetRequiredService<IHttpContextAccessor>().HttpContext = context;
        await work(context);
    }

    private static async Task<Microsoft.AspNetCore.Mvc.ProblemDetails?> Try(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (Exception error) when (ProblemWriter.Map(error) is { } problem)
        {
            return problem;
        }
    }

    private sealed record Sample;
}
