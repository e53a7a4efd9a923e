using System.Globalization;
using ControlPlane.Mail;

namespace ControlPlane.Tenants;

/// <summary>What owners are told when their tenant is deleted, in English and French.</summary>
public static class DepartureLetters
{
    public static LetterText Of(string locale, DateTimeOffset purgeAt, string restore, string certificate) => LetterText.IsFrench(locale)
        ? LetterText.Of(
            "Votre compte est supprimé",
            $"Votre compte a été supprimé. Il peut être restauré jusqu'au {Date(purgeAt)} ; ensuite, toutes ses données seront effacées.", null, restore,
            $"L'attestation d'effacement sera ensuite à cette adresse, gardez-la : {certificate}")
        : LetterText.Of(
            "Your account is deleted",
            $"Your account was deleted. It can be restored until {Date(purgeAt)}; after that all its data is erased.", null, restore,
            $"The certificate of the erasure will then be at this address, keep it: {certificate}");

    private static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
