using ControlPlane.Hosting;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using Marten;

namespace ControlPlane.Tenants;

/// <summary>What a purge does about things that belong to no area: messages that are under way, answers that are kept, the keys.</summary>
public sealed class Lifecycle : AreaLifecycle
{
    // The messages of the purge itself name the tenant too.
    private const string Bodies = "where position(convert_to(?, 'UTF8') in body) > 0 and message_type not like 'ControlPlane.Tenants.%'";

    private static readonly string[] Envelopes = ["wolverine_incoming_envelopes", "wolverine_outgoing_envelopes", "wolverine_dead_letters"];

    public override IReadOnlyList<PurgeStep> Purge { get; } =
    [
        new("tenants.messages", PurgePhase.Messages, EraseMessagesAsync),
        new("tenants.kept_answers", PurgePhase.Messages, async (session, cancellation) => StepResult.Done(
            await session.EraseAsync($"{StoreModel.Schema}.{Repetition.Table} where tenant_id = ?", session.TenantId, cancellation))),
        new("tenants.keys", PurgePhase.Keys, DestroyKeysAsync),
    ];

    private static async Task<StepResult> EraseMessagesAsync(IDocumentSession session, CancellationToken cancellation)
    {
        var erased = 0;
        foreach (var table in Envelopes)
        {
            erased += await session.EraseAsync($"wolverine.{table} {Bodies}", session.TenantId, cancellation);
        }

        return StepResult.Done(erased);
    }

    private static async Task<StepResult> DestroyKeysAsync(IDocumentSession session, CancellationToken cancellation)
    {
        var tenant = (await session.LoadAsync<Tenant>(session.TenantId, cancellation))!;
        string[] rings = [tenant.Id, .. tenant.Deletions.Select(deletion => KeyRing.DepartureOf(tenant.Id, deletion.OperationId))];
        foreach (var ring in rings)
        {
            new ChangeKeys(KeyRing.DestructionOfAll, ring).Execute(session);
            new ChangeKeys(KeyRing.DestructionOfSubjects, ring).Execute(session);
        }

        return StepResult.Done(rings.Length);
    }
}
