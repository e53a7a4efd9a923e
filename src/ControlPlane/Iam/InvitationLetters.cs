using ControlPlane.Mail;

namespace ControlPlane.Iam;

/// <summary>The words of invitations, in English and French.</summary>
public static class InvitationLetters
{
    public static LetterText Invite(string locale, string tenant, string? message, string link) => LetterText.IsFrench(locale)
        ? LetterText.Of(
            $"Invitation à rejoindre {tenant}", $"Vous êtes invité à rejoindre {tenant}.{With(message)} Pour accepter, suivez ce lien :", null, link,
            "Si vous ne connaissez pas l'expéditeur, ignorez ce message : rien ne se passera.")
        : LetterText.Of(
            $"Invitation to join {tenant}", $"You are invited to join {tenant}.{With(message)} To accept, follow this link:", null, link,
            "If you do not know who sent this, ignore it: nothing will happen.");

    private static string With(string? message) => message is null ? "" : $"\n\n« {message} »\n\n";
}
