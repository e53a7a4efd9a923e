using System.ComponentModel.DataAnnotations;
using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>What an instance on this plan may use, how its trial runs, and how the plan is changed and left.</summary>
public sealed record PlanProfile
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What the plan is for, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>The tier that an instance on this plan gives its tenant.</summary>
    public required Tier Tier { get; init; }

    /// <summary>Whether the plan can be bought; a plan that can't is used for trials only.</summary>
    public required bool Purchasable { get; init; }

    /// <summary>Whose key pays the model provider.</summary>
    public required ModelAccess ModelAccess { get; init; }

    /// <summary>Features that the plan includes.</summary>
    [MinLength(1)]
    public required IReadOnlyList<Entitlement> Entitlements { get; init; }

    /// <summary>What is counted and how much of it the plan includes.</summary>
    [MinLength(1)]
    public required IReadOnlyList<PlanQuota> Quotas { get; init; }

    /// <summary>The trial that comes before the plan; absent: there is none.</summary>
    public TrialTerms? Trial { get; init; }

    /// <summary>When a change of plan takes effect.</summary>
    public required ChangeTerms Changes { get; init; }

    /// <summary>What happens when a payment fails.</summary>
    public required DunningTerms Dunning { get; init; }

    /// <summary>Whether an instance is billed while it is suspended at the customer's wish.</summary>
    public required SuspendedBilling WhileSuspended { get; init; }

    /// <summary>How much of it the plan includes; null: as much as anyone likes.</summary>
    public long? LimitOf(QuotaMetric metric) => Quotas.FirstOrDefault(quota => quota.Metric == metric)?.Limit;

    internal static IEnumerable<Fault> Faults(PlanProfile plan, CatalogSnapshot catalog)
    {
        for (var i = 0; i < plan.Quotas.Count; i++)
        {
            if (plan.Quotas.Take(i).Any(earlier => earlier.Metric == plan.Quotas[i].Metric))
            {
                yield return new($"/quotas/{i}/metric", "repeated", "Give each metric one quota.");
            }
        }

        foreach (var (day, i) in plan.Dunning.ReminderDays.Select((day, i) => (day, i)).Where(reminder => reminder.day < 0 || reminder.day > plan.Dunning.Days))
        {
            yield return new($"/dunning/reminderDays/{i}", "out_of_range", $"Remind within the {plan.Dunning.Days} days of dunning.");
        }

        if (plan.Trial is not { } trial)
        {
            yield break;
        }

        foreach (var (day, i) in trial.NoticeDays.Select((day, i) => (day, i)).Where(notice => notice.day < 1 || notice.day >= trial.Days))
        {
            yield return new($"/trial/noticeDays/{i}", "out_of_range", $"Give notice at least one day before the end, and within the {trial.Days} days of the trial.");
        }

        if (catalog.Find(trial.PlanRef) is { Spec.Purchasable: true })
        {
            yield return new("/trial/planRef", "not_a_trial_plan", "Name a plan whose purchasable is false.");
        }
    }
}
