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
    public static LetterText Code(string locale, string code, string link) => LetterText.IsFrench(locale)
        ? LetterText.Of("Votre code d'inscription",
            "Vous avez demandé à ouvrir un compte. Saisissez ce code pour prouver que cette adresse est la vôtre :", code, link,
            "Il est valable 48 heures. Si vous n'avez rien demandé, ignorez ce message : aucun compte ne sera ouvert.")
        : LetterText.Of("Your sign-up code",
            "You asked to open an account. Enter this code to prove that this address is yours:", code, link,
            "It is good for 48 hours. If you did not ask for it, ignore this message: no account will be opened.");

    /// <summary>To the address of an owner.</summary>
    public static LetterText Recovery(string locale, string code, string link) => LetterText.IsFrench(locale)
        ? LetterText.Of("Vous avez déjà un compte",
            "Quelqu'un, vous peut-être, a demandé à ouvrir un compte avec cette adresse, mais vous en avez déjà un. "
            + "Si vous n'y avez plus accès, saisissez ce code pour obtenir un nouveau jeton :", code, link,
            "Il est valable 48 heures. Si vous n'avez rien demandé, ignorez ce message : rien ne changera.")
        : LetterText.Of("You already have an account",
            "Somebody, perhaps you, asked to open an account with this address, but you already have one. "
            + "If you have lost access to it, enter this code to get a new token:", code, link,
            "It is good for 48 hours. If you did not ask for it, ignore this message: nothing will change.");

    /// <summary>To the owner of a new tenant.</summary>
    public static LetterText Welcome(string locale, string name, string link) => LetterText.IsFrench(locale)
        ? LetterText.Of("Bienvenue", $"Bonjour {name}, votre compte est ouvert.", null, link, "Vous pouvez dès maintenant choisir votre premier agent.")
        : LetterText.Of("Welcome", $"Hello {name}, your account is open.", null, link, "You can choose your first agent now.");
}
