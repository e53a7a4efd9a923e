using ControlPlane.AgentInstances;
using ControlPlane.Audit;
using ControlPlane.Tenants;
using JasperFx.Events;
using Marten;
using Marten.Services;

namespace ControlPlane.Storage;

/// <summary>
/// Refuses a commit that appends to a stream without saying which version it has read. The document of the stream is folded from what
/// was read, so of two such writers at once the second would undo in it what the first has done.
/// </summary>
public sealed class VersionedAppends : DocumentSessionListenerBase
{
    // Each says all that its document holds, or its writers wait for a lock, or its stream has no document.
    private static readonly HashSet<Type> Exempt =
    [
        typeof(InstanceSelected), typeof(RetentionPolicyReclassified), typeof(RuntimeChanged), typeof(RunUsageReported), typeof(ReadsAudited),
        typeof(TrailEntriesExpired), typeof(DepartureKeyOpened),
    ];

    public override Task BeforeSaveChangesAsync(IDocumentSession session, CancellationToken token)
    {
        foreach (var stream in session.PendingChanges.Streams())
        {
            if (stream is { ActionType: StreamActionType.Append, ExpectedVersionOnServer: null } && !stream.Events.All(e => Exempt.Contains(e.EventType)))
            {
                throw new InvalidOperationException($"{stream.Events[0].EventTypeName} is appended to {stream.Key} without the version that was read");
            }
        }

        return Task.CompletedTask;
    }
}
