using ControlPlane.Mail;

namespace ControlPlane.AgentInstances;

/// <summary>What the owner of an instance is told of its trial, in English and French.</summary>
public static class TrialLetters
{
    public static LetterText Of(string locale, string instance, int daysLeft, int keptDays, string link) => (LetterText.IsFrench(locale), daysLeft) switch
    {
        (false, 0) => LetterText.Of(
            "Your trial is over", $"The trial of {instance} is over, and the agent is suspended.", null, link,
            $"Choose a plan to go on where you stopped. Without one it is deleted in {keptDays} days."),
        (false, _) => LetterText.Of(
            $"Your trial ends in {daysLeft} day{(daysLeft == 1 ? "" : "s")}", $"The trial of {instance} ends soon.", null, link,
            "Choose a plan and nothing will stop."),
        (true, 0) => LetterText.Of(
            "Votre essai est terminé", $"L'essai de {instance} est terminé et l'agent est suspendu.", null, link,
            $"Choisissez une formule pour reprendre où vous en étiez. Sans cela, il sera supprimé dans {keptDays} jours."),
        (true, _) => LetterText.Of(
            $"Votre essai se termine dans {daysLeft} jour{(daysLeft == 1 ? "" : "s")}", $"L'essai de {instance} se termine bientôt.", null, link,
            "Choisissez une formule et rien ne s'arrêtera."),
    };
}
