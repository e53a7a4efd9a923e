using System.Globalization;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Mail;
using ControlPlane.Tenants;
using Marten;

namespace ControlPlane.AgentInstances;

/// <summary>Tells the owner of an instance that its trial ends, or has ended.</summary>
/// <param name="InstanceId">The instance.</param>
/// <param name="DaysLeft">Days until the end; 0 when it is over.</param>
/// <param name="KeptDays">For how many days after the end its data is kept.</param>
public sealed record SendTrialLetter(string InstanceId, int DaysLeft, int KeptDays);

public static class SendTrialLetterHandler
{
    public static async Task Handle(SendTrialLetter message, IQuerySession session, Postmark postmark, Portal portal, CancellationToken cancellation)
    {
        if (await session.LoadAsync<InstanceCard>(message.InstanceId, cancellation) is { DisplayName.IsReadable: true } card
            && await session.LoadAsync<Principal>(card.OwnerPrincipalId, cancellation) is { Type: PrincipalType.User, SubjectId.IsReadable: true } owner
            && await session.LoadAsync<Tenant>(session.TenantId, cancellation) is { } tenant)
        {
            var words = TrialLetters.Of(tenant.Locale, card.DisplayName.Value, message.DaysLeft, message.KeptDays, portal.At($"/agent-instances/{card.Id}"));
            await postmark.SendAsync(
                new(string.Create(CultureInfo.InvariantCulture, $"{card.Id}:trial:{message.DaysLeft}"), owner.SubjectId.Value, words, "trial"), cancellation);
        }
    }
}
