using ControlPlane.Tenants;
using Marten;

namespace ControlPlane.Iam;

/// <summary>What a purge does about people: nobody is known any more, and no token or invitation leads anywhere.</summary>
public sealed class Lifecycle : AreaLifecycle
{
    public override async Task<IReadOnlyList<Affected>> ErasesAsync(IQuerySession session, CancellationToken cancellation)
    {
        var principals = await session.Query<Principal>().Select(principal => principal.Id).ToListAsync(cancellation);
        var invitations = await session.Query<Invitation>().Select(invitation => invitation.Id).ToListAsync(cancellation);
        return
        [
            new("principal", [.. principals]),
            .. invitations.Count > 0 ? [new Affected("invitation", [.. invitations])] : Array.Empty<Affected>(),
        ];
    }

    public override IReadOnlyList<PurgeStep> Purge { get; } =
    [
        new("iam.principals", PurgePhase.ReadModels, async (session, cancellation) => StepResult.Done(
            await session.EraseAsync<Principal>(cancellation)
            + await session.EraseAsync<Invitation>(cancellation)
            + await session.EraseAsync<AccessToken>(cancellation)
            + await session.EraseAsync<RoleAssignment>(cancellation))),
        new("iam.look_ups", PurgePhase.LookUps, async (session, cancellation) => StepResult.Done(
            await session.EraseSharedAsync<TokenSecret>(cancellation)
            + await session.EraseSharedAsync<InvitationToken>(cancellation)
            + await session.EraseSharedAsync<EmailAddress>(cancellation)
            + await session.EraseAsync<PrincipalSubject>(cancellation)
            + await session.EraseAsync<OpenInvitation>(cancellation)
            + await session.EraseAsync($"{TokenUses.Name} where tenant_id = ?", session.TenantId, cancellation))),
    ];
}
