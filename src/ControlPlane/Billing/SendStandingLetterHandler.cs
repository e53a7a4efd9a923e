using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Mail;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;

namespace ControlPlane.Billing;

/// <summary>Tells whoever pays how the tenant stands, if it still stands so.</summary>
/// <param name="BillingAccountId">The account.</param>
/// <param name="Standing">How it stood when the letter was due.</param>
/// <param name="Since">Since when.</param>
/// <param name="Day">How many days after that.</param>
public sealed record SendStandingLetter(string BillingAccountId, Standing Standing, DateTimeOffset Since, int Day);

public static class SendStandingLetterHandler
{
    public static async Task Handle(SendStandingLetter message, IQuerySession session, Postmark postmark, Portal portal, CancellationToken cancellation)
    {
        if (await session.LoadAsync<BillingAccount>(message.BillingAccountId, cancellation) is { Standing: { } standing } account
            && standing.Standing == message.Standing && standing.Since == message.Since
            && await session.LoadAsync<Principal>(account.PrincipalId, cancellation) is { Type: PrincipalType.User, SubjectId.IsReadable: true } payer
            && await session.LoadAsync<Tenant>(session.TenantId, cancellation) is { } tenant)
        {
            await postmark.SendAsync(
                new(
                    string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{account.Id}:{Words.Of(message.Standing)}:{message.Since.ToUnixTimeMilliseconds()}:{message.Day}"),
                    payer.SubjectId.Value, StandingLetters.Of(tenant.Locale, standing, portal.At("/billing")), "billing"),
                cancellation);
        }
    }
}
