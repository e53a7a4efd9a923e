using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Sealing;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>Makes an instance the current one of a session.</summary>
/// <param name="Session">Names the session, as its client likes: 1 to 64 letters, digits, dashes and underscores; the token's own when left out.</param>
public sealed record SelectInstance([property: RegularExpression("^[A-Za-z0-9_-]{1,64}$")] string? Session = null);

/// <summary>Which instance a session works with.</summary>
/// <param name="CurrentInstanceId">The instance from now on.</param>
/// <param name="Previous">The instance before.</param>
/// <param name="Warning"><c>suspended</c> where the instance does not run.</param>
public sealed record SelectedInstance(string CurrentInstanceId, string? Previous, string? Warning);

/// <summary>The session's selection so far, and the stream it stands in.</summary>
public sealed record Selection(string Stream, CurrentInstance? Current);

public static class SelectInstanceEndpoint
{
    public static async Task<Selection> LoadAsync(
        SelectInstance command, Caller caller, KeyRing ring, IDocumentSession session, CancellationToken cancellation)
    {
        var stream = CurrentInstance.StreamOf(caller.PrincipalId, await ring.HashAsync(caller.TenantId, command.Session ?? caller.TokenId, cancellation));
        await session.TakeAsync(stream, cancellation);
        return new(stream, await session.LoadAsync<CurrentInstance>(stream, cancellation));
    }

    public static ProblemDetails Validate(AgentInstance instance, TimeProvider time) =>
        Transitions.Allow(instance.Life.At(time.GetUtcNow()), InstanceAction.SelectAsCurrent);

    /// <summary>Make an instance the current one of the caller's session; the last write wins.</summary>
    [WolverinePost("/v1/agent-instances/{id}/select-as-current"), Requires("instances:read")]
    public static (Answer<SelectedInstance>, IEnumerable<IMartenOp>) Post(
        SelectInstance command, [ReadModel("id")] AgentInstance instance, Selection selection, TimeProvider time)
    {
        var previous = selection.Current?.InstanceId;
        var selected = new InstanceSelected(instance.Id, previous);
        var warning = instance.Life.At(time.GetUtcNow()).State == InstanceState.Suspended ? "suspended" : null;
        return (
            new(new SelectedInstance(instance.Id, previous, warning)),
            previous == instance.Id ? []
            : selection.Current is null ? [MartenOps.StartStream<CurrentInstance>(selection.Stream, selected)]
            : [MartenOps.Append(selection.Stream, selected)]);
    }
}
