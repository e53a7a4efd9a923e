using System.Globalization;
using ControlPlane.Hosting;
using ControlPlane.Mail;
using Marten;
using Wolverine.Marten;

namespace ControlPlane.Tenants;

/// <summary>Tells an owner that his tenant is deleted, how to get it back and where the certificate will be.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="OperationId">Its deletion.</param>
/// <param name="Place">Which of the owners.</param>
public sealed record SendDepartureLetter(string TenantId, string OperationId, int Place);

public static class SendDepartureLetterHandler
{
    public static async Task<Writes> Handle(
        SendDepartureLetter message, IQuerySession session, CertificateTokens certificates, Postmark postmark, Portal portal, CancellationToken cancellation)
    {
        var tenant = await session.LoadAsync<Tenant>(message.TenantId, cancellation);
        if (tenant?.IsAt(message.OperationId, TenantState.Tombstoned) != true || tenant.Deletion!.OwnerAddresses[message.Place] is not { IsReadable: true } address)
        {
            return new();
        }

        var words = DepartureLetters.Of(
            tenant.Locale, tenant.Deletion.PurgeAt, portal.At("/restore"), await certificates.AddressOfAsync(tenant.Id, message.OperationId, cancellation));
        await postmark.SendAsync(
            new(string.Create(CultureInfo.InvariantCulture, $"{message.OperationId}:departure:{message.Place}"), address.Value, words, "departure"), cancellation);
        return new(MartenOps.Append(message.OperationId, new DepartureKeyOpened(DepartureUse.Letter)));
    }
}
