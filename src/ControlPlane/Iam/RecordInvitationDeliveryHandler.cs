using ControlPlane.Mail;
using Marten;
using Wolverine.Marten;

namespace ControlPlane.Iam;

/// <summary>Keeps what became of the letter of an invitation. Reports come twice and in any order: the worst word counts.</summary>
public static class RecordInvitationDeliveryHandler
{
    public static async Task<Invitation?> LoadAsync(LetterReported report, IQuerySession session, CancellationToken cancellation) =>
        report.Letter.Split(':') is [var id, "letter"] && id.StartsWith("inv_", StringComparison.Ordinal) ? await session.LoadAsync<Invitation>(id, cancellation) : null;

    public static IEnumerable<IMartenOp> Handle(LetterReported report, Invitation? invitation) =>
        invitation is { Delivery: { } known } && StateOf(report.Fate) is var state && state > known
            ? [MartenOps.Append(invitation.Id, invitation.Version + 1, new InvitationDeliveryChanged(state))]
            : [];

    private static DeliveryState StateOf(LetterFate fate) => fate switch
    {
        LetterFate.Delivered => DeliveryState.Delivered,
        LetterFate.Bounced => DeliveryState.Bounced,
        _ => DeliveryState.Complained,
    };
}
