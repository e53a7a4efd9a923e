using System.ComponentModel.DataAnnotations;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace ControlPlane.Audit;

/// <summary>Keeps events under another retention policy.</summary>
/// <example>{ "eventIds": ["0199f0c2-a5b8-7c3e-9d4f-1a2b3c4d5e6f"], "toPolicyId": "sec-12m", "reason": { "code": "legal_hold" } }</example>
/// <param name="EventIds">Ids of the events; 1 to 500.</param>
/// <param name="ToPolicyId">Id of the policy.</param>
/// <param name="Reason">Why.</param>
/// <param name="LegalBasis">What allows or obliges us to keep them, where it is not what it was.</param>
public sealed record ReclassifyPolicy(
    [property: Required, MinLength(1), MaxLength(500)] IReadOnlyList<string> EventIds,
    [property: Required, MaxLength(100)] string ToPolicyId,
    [property: Required] ReclassifyReason Reason,
    LegalBasis? LegalBasis = null);

/// <summary>Why events are kept under another policy.</summary>
/// <param name="Code">The reason.</param>
/// <param name="Comment">In words; at most 500 characters.</param>
public sealed record ReclassifyReason([property: Required] ReclassificationReason? Code, [property: MaxLength(500), Multiline] Personal? Comment = null);

/// <summary>A reclassification that was taken on.</summary>
/// <param name="OperationId">Tells the progress at <c>/v1/operations/{id}</c>.</param>
public sealed record ReclassificationAccepted(string OperationId);

/// <summary>What a reclassification is decided on: the events that were found, and how far the trail is.</summary>
public sealed record ReclassificationCase(IReadOnlyList<KeptEvent> Events, long TrailPosition);

public static class ReclassifyPolicyEndpoint
{
    public static async Task<ReclassificationCase> LoadAsync(ReclassifyPolicy command, Caller caller, IQuerySession session, History history, CancellationToken cancellation)
    {
        var position = await history.OfAsync(TrailProjection.Shard, cancellation);
        return new(await KeptEvent.FindAsync(session, caller.TenantId, command.EventIds, cancellation), position.Sequence);
    }

    public static ProblemDetails Validate(ReclassifyPolicy command, ReclassificationCase found, CatalogStore catalog, TimeProvider time)
    {
        var known = found.Events.ToDictionary(kept => kept.Id, StringComparer.OrdinalIgnoreCase);
        return catalog.Newest<RetentionPolicy>(command.ToPolicyId) is null
                ? Problems.AgainstTheRules("unknown_policy", "There is no such retention policy", [new("/toPolicyId", "unknown_policy", "The id of a retention policy of the catalog is expected")])
            : command.EventIds.Any(id => !known.ContainsKey(id)) ? Problems.NotFound()
            : found.Events.Any(kept => kept.IsGone(found.TrailPosition, time.GetUtcNow())) ? Problems.Because(410, "gone", "An entry has left the trail")
            : Refused(command, known, catalog).ToArray() is { Length: > 0 } refused
                ? Problems.AgainstTheRules("below_legal_floor", "The law asks to keep some of the events as they are kept", refused)
            : WolverineContinue.NoProblems;
    }

    /// <summary>Move audit events to another retention policy; all of them or none.</summary>
    /// <remarks>The events are never edited: what keeps them now is an event on a stream beside each. What the law asks to keep stays under its policy.</remarks>
    [WolverinePost("/v1/audit/reclassify-policy-id"), Requires("audit:write"), Answers(202, 404, 410, 422)]
    public static (Answer<ReclassificationAccepted>, IEnumerable<IMartenOp>, OutgoingMessages) Post(ReclassifyPolicy command, ReclassificationCase found, Caller caller, TimeProvider time)
    {
        // The same again is no error: whoever asks already has what he asked for.
        if (found.Events.All(kept => kept.PolicyId == command.ToPolicyId) && found.Events.Select(kept => kept.OperationId).FirstOrDefault(id => id is not null) is { } done)
        {
            return (new(new ReclassificationAccepted(done), 202), [], []);
        }

        var id = Ids.New("opn");
        var requested = new ReclassificationRequested(
            [.. found.Events.Select(kept => kept.Id)], command.ToPolicyId, command.Reason.Code!.Value, command.Reason.Comment,
            command.LegalBasis is { } basis ? Words.Of(basis) : null, time.GetUtcNow(), caller.PrincipalId);
        return (
            new(new ReclassificationAccepted(id), 202, $"/v1/operations/{id}"),
            [MartenOps.StartStream<Reclassification>(id, requested)],
            [new CarryOutReclassification(id)]);
    }

    private static IEnumerable<Fault> Refused(ReclassifyPolicy command, Dictionary<string, KeptEvent> known, CatalogStore catalog)
    {
        for (var place = 0; place < command.EventIds.Count; place++)
        {
            var policy = EventCatalog.OfAlias(known[command.EventIds[place]].Type).RetentionPolicy;
            if (policy != command.ToPolicyId && catalog.Newest<RetentionPolicy>(policy)!.Spec.Floor is not null)
            {
                yield return new($"/eventIds/{place}", "below_legal_floor", $"{command.EventIds[place]} has to be kept under {policy}");
            }
        }
    }
}
