using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Mail;
using ControlPlane.Sealing;
using Marten;

namespace ControlPlane.Signup;

/// <summary>Mails the code of a signup.</summary>
public sealed record SendSignupLetter(string SignupId);

public static class SendSignupLetterHandler
{
    public static async Task Handle(
        SendSignupLetter message, IQuerySession session, SignupCodes codes, KeyRing ring, Postmark postmark, Portal portal, TimeProvider time,
        CancellationToken cancellation)
    {
        if (await session.LoadAsync<PendingSignup>(message.SignupId, cancellation) is not { } signup || !signup.MayBeVerified(time.GetUtcNow()))
        {
            return;
        }

        var known = await session.AccountOfAsync(await EmailText.HashAsync(ring, signup.Email.Value, cancellation), time.GetUtcNow(), cancellation) is not null;
        var code = await codes.OfAsync(signup.Id, cancellation);
        var link = portal.At($"/signup/{signup.Id}");
        await postmark.SendAsync(
            new(
                $"{signup.Id}:code", signup.Email.Value,
                known ? SignupLetters.Recovery(signup.Locale, code, link) : SignupLetters.Code(signup.Locale, code, link), "signup"),
            cancellation);
    }
}
