using ControlPlane.Hosting;
using Marten;
using Wolverine.Http;

namespace ControlPlane.AgentInstances;

/// <summary>How to read one instance.</summary>
public sealed record InstanceQuery
{
    /// <summary>Answers for a deleted instance too, until it is purged.</summary>
    public bool ShowDeleted { get; init; }

    /// <summary>The instance as it was at this time.</summary>
    public DateTimeOffset? AsOf { get; init; }
}

public static class GetInstanceEndpoint
{
    /// <summary>Read one agent instance and its status.</summary>
    [WolverineGet("/v1/agent-instances/{id}"), Requires("instances:read"), Query<InstanceQuery>]
    public static async Task<Resource<InstanceView>> Get(
        string id, HttpContext http, IQuerySession session, InstanceViews views, TimeProvider time, CancellationToken cancellation)
    {
        var query = http.Query<InstanceQuery>();
        if (query.AsOf > time.GetUtcNow())
        {
            throw new ProblemException(Problems.Malformed("?asOf", "out_of_range", "A time in the past is expected"));
        }

        var shown = query.AsOf is { } then
            ? await AsOfAsync(id, then, session, views, cancellation)
            : await views.LoadAsync(id, session, cancellation);
        return new(shown is { State: >= InstanceState.Deleted } && !query.ShowDeleted ? null : shown);
    }

    private static async Task<InstanceView?> AsOfAsync(
        string id, DateTimeOffset then, IQuerySession session, InstanceViews views, CancellationToken cancellation)
    {
        var card = await session.Events.AggregateStreamAsync<InstanceCard>(id, timestamp: then, token: cancellation);
        var runtime = await session.Events.AggregateStreamAsync<InstanceRuntime>(InstanceRuntime.StreamOf(id), timestamp: then, token: cancellation);
        return card is null ? null : views.Of(card, runtime, then);
    }
}
