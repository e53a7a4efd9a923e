using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Mail;
using ControlPlane.Tenants;
using Marten;

namespace ControlPlane.Signup;

/// <summary>Welcomes the owner of a new tenant.</summary>
public sealed record SendWelcomeLetter(string PrincipalId);

public static class SendWelcomeLetterHandler
{
    public static async Task Handle(SendWelcomeLetter message, IQuerySession session, Postmark postmark, Portal portal, CancellationToken cancellation)
    {
        if (await session.LoadAsync<Principal>(message.PrincipalId, cancellation) is { SubjectId.IsReadable: true } owner
            && await session.LoadAsync<Tenant>(session.TenantId, cancellation) is { } tenant)
        {
            await postmark.SendAsync(
                new($"{tenant.Id}:welcome", owner.SubjectId.Value, SignupLetters.Welcome(tenant.Locale, owner.DisplayName.Value, portal.At("/")), "welcome"),
                cancellation);
        }
    }
}
