using ControlPlane.Tenants;

namespace ControlPlane.Audit;

/// <summary>What a purge does about evidence: seals hold hashes of what is sealed, and the history behind them stays as it is.</summary>
public sealed class Lifecycle : AreaLifecycle
{
    public override IReadOnlyList<PurgeStep> Purge { get; } =
        [new("audit.seals", PurgePhase.LookUps, (_, _) => Task.FromResult(new StepResult(StepOutcome.Retained, 0, "proof_of_history")))];
}
