using System.Globalization;
using ControlPlane.Mail;

namespace ControlPlane.Billing;

/// <summary>What whoever pays is told of payments, in English and French.</summary>
public static class StandingLetters
{
    public static LetterText Of(string locale, StandingChanged standing, string link) => (LetterText.IsFrench(locale), standing.Standing) switch
    {
        (false, Standing.PastDue) => LetterText.Of(
            "Your payment has failed", "We could not charge your payment method, and will try again.", null, link,
            $"Your agents go on until {Day(standing, "en")}. Check your payment method so that nothing stops."),
        (false, Standing.Unpaid) => LetterText.Of(
            "Your agents are suspended", "What is due was not paid, so what it paid for is suspended.", null, link,
            "Nothing is lost: as soon as it is paid, everything goes on where it stopped."),
        (false, _) => LetterText.Of("Your payment has arrived", "Thank you: all that was due is paid.", null, link, "What was suspended for it runs again."),
        (true, Standing.PastDue) => LetterText.Of(
            "Votre paiement a échoué", "Nous n'avons pas pu débiter votre moyen de paiement et réessaierons.", null, link,
            $"Vos agents continuent jusqu'au {Day(standing, "fr")}. Vérifiez votre moyen de paiement pour que rien ne s'arrête."),
        (true, Standing.Unpaid) => LetterText.Of(
            "Vos agents sont suspendus", "Le montant dû n'a pas été payé : ce qu'il finançait est suspendu.", null, link,
            "Rien n'est perdu : dès le paiement, tout reprend où il s'était arrêté."),
        (true, _) => LetterText.Of("Votre paiement est arrivé", "Merci : tout ce qui était dû est payé.", null, link, "Ce qui était suspendu pour cela fonctionne de nouveau."),
    };

    private static string Day(StandingChanged standing, string language) =>
        (standing.GraceEndsAt ?? standing.Since).ToString("d MMMM yyyy", CultureInfo.GetCultureInfo(language));
}
