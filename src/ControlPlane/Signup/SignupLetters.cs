using System.Net;
using ControlPlane.Mail;

namespace ControlPlane.Signup;

/// <summary>The words of the letters, in English and French.</summary>
/// <remarks>
/// Until the address is proven, a letter holds nothing that the one who asked could have written: it must carry no stranger's words
/// to whoever owns the address.
/// </remarks>
public static class SignupLetters
{
    /// <summary>To an address that nobody has proven yet.</summary>
    public static LetterText Code(string locale, string code, string link) => IsFrench(locale)
        ? Write("Votre code d'inscription",
            "Vous avez demandé à ouvrir un compte. Saisissez ce code pour prouver que cette adresse est la vôtre :", code, link,
            "Il est valable 48 heures. Si vous n'avez rien demandé, ignorez ce message : aucun compte ne sera ouvert.")
        : Write("Your sign-up code",
            "You asked to open an account. Enter this code to prove that this address is yours:", code, link,
            "It is good for 48 hours. If you did not ask for it, ignore this message: no account will be opened.");

    /// <summary>To the address of an owner.</summary>
    public static LetterText Recovery(string locale, string code, string link) => IsFrench(locale)
        ? Write("Vous avez déjà un compte",
            "Quelqu'un, vous peut-être, a demandé à ouvrir un compte avec cette adresse, mais vous en avez déjà un. "
            + "Si vous n'y avez plus accès, saisissez ce code pour obtenir un nouveau jeton :", code, link,
            "Il est valable 48 heures. Si vous n'avez rien demandé, ignorez ce message : rien ne changera.")
        : Write("You already have an account",
            "Somebody, perhaps you, asked to open an account with this address, but you already have one. "
            + "If you have lost access to it, enter this code to get a new token:", code, link,
            "It is good for 48 hours. If you did not ask for it, ignore this message: nothing will change.");

    /// <summary>To the owner of a new tenant.</summary>
    public static LetterText Welcome(string locale, string name, string link) => IsFrench(locale)
        ? Write("Bienvenue", $"Bonjour {name}, votre compte est ouvert.", null, link, "Vous pouvez dès maintenant choisir votre premier agent.")
        : Write("Welcome", $"Hello {name}, your account is open.", null, link, "You can choose your first agent now.");

    private static bool IsFrench(string locale) => locale == "fr" || locale.StartsWith("fr-", StringComparison.Ordinal);

    private static LetterText Write(string subject, string opening, string? code, string link, string closing)
    {
        string[] paragraphs = code is null ? [opening, link, closing] : [opening, code, link, closing];
        return new(
            subject,
            string.Join("\n\n", paragraphs) + "\n",
            $"<!doctype html><html><body>{string.Concat(paragraphs.Select(Html))}</body></html>");

        string Html(string paragraph) =>
            paragraph == code ? $"<p><strong style=\"font-size:1.5em\">{code}</strong></p>"
            : paragraph == link ? $"<p><a href=\"{WebUtility.HtmlEncode(link)}\">{WebUtility.HtmlEncode(link)}</a></p>"
            : $"<p>{WebUtility.HtmlEncode(paragraph)}</p>";
    }
}
