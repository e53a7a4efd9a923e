using ControlPlane.Storage;
using Marten;
using Marten.Linq.MatchesSql;

namespace ControlPlane.AgentInstances;

/// <summary>Turns the parameters of the list into conditions on the cards.</summary>
internal static class InstanceFilter
{
    // A runtime that never reported has no row, and is not provisioned.
    private const string Runtime = $"{StoreModel.Schema}.mt_doc_instanceruntime r where r.tenant_id = d.tenant_id and r.id = d.id || '{InstanceRuntime.Suffix}'";

    public static IQueryable<InstanceCard> Of(IQuerySession session, InstancesQuery query, string[]? visible)
    {
        IQueryable<InstanceCard> cards = session.Query<InstanceCard>();
        if (visible is not null)
        {
            cards = cards.Where(card => card.Id.IsOneOf(visible));
        }

        cards = query.State is { } state
            ? cards.Where(card => card.State == state)
            : cards.Where(card => card.State != InstanceState.Deleted);
        if (query.BlueprintRef is { Value: var blueprint })
        {
            cards = cards.Where(card => card.BlueprintRef == blueprint);
        }

        if (query.PlanRef is { Value: var plan })
        {
            cards = cards.Where(card => card.PlanRef == plan);
        }

        if (query.OwnerPrincipalId is { } owner)
        {
            cards = cards.Where(card => card.OwnerPrincipalId == owner);
        }

        if (query.CreatedAfter is { } created)
        {
            cards = cards.Where(card => card.CreatedAt > created);
        }

        if (query.SuspendReason is { } reason)
        {
            cards = cards.Where(card => card.MatchesSql("d.data -> 'life' -> 'suspensions' @> jsonb_build_array(jsonb_build_object('code', ?))", reason.ToString()));
        }

        if (query.RuntimePhase is { } phase)
        {
            cards = cards.Where(card => card.MatchesSql($"coalesce((select r.data ->> 'phase' from {Runtime}), ?) = ?", nameof(RuntimePhase.NotProvisioned), phase.ToString()));
        }

        if (query.Condition is { } condition)
        {
            cards = cards.Where(card => card.MatchesSql(
                $"exists (select 1 from {Runtime} and r.data -> 'conditions' @> jsonb_build_array(jsonb_build_object('type', ?, 'status', ?)))",
                condition.ToString(), nameof(ConditionStatus.True)));
        }

        return cards;
    }

    /// <summary>How many of the fitting instances there are by each word of each facet.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>>> CountAsync(
        IQuerySession session, IQueryable<InstanceCard> fitting, string[] facets, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, IReadOnlyDictionary<string, int>>();
        if (facets.Contains("state"))
        {
            var states = await fitting.Select(card => card.State).ToListAsync(cancellation);
            counts["state"] = states.Order().CountBy(Words.Of).ToDictionary();
        }

        if (facets.Contains("phase"))
        {
            var ids = await fitting.Select(card => card.Id).ToListAsync(cancellation);
            var runtimes = await session.Query<InstanceRuntime>().Select(runtime => new { runtime.Id, runtime.Phase }).ToListAsync(cancellation);
            var phases = runtimes.ToDictionary(runtime => InstanceRuntime.InstanceOf(runtime.Id), runtime => runtime.Phase);
            counts["phase"] = ids.Select(id => phases.GetValueOrDefault(id)).Order().CountBy(Words.Of).ToDictionary();
        }

        return counts;
    }
}
