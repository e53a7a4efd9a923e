namespace ControlPlane.Contracts;

/// <summary>An instance was drafted from a blueprint; nothing runs yet.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="BlueprintRef">The blueprint, as <c>name@version</c>.</param>
/// <param name="PlanRef">The plan, as <c>name@version</c>.</param>
/// <param name="Region">Where it is to run.</param>
/// <param name="OwnerPrincipalId">Id of the principal it belongs to.</param>
[IntegrationEvent("agent_instance", "drafted")]
public sealed record InstanceDrafted(string InstanceId, string BlueprintRef, string PlanRef, string? Region, string OwnerPrincipalId);

/// <summary>The configuration of an instance changed; the values are read over the API.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="ChangedPaths">The paths that changed.</param>
/// <param name="Generation">The configuration's new generation, which the runtime reports back once it works by it.</param>
/// <param name="ChangedBy">Id of the principal who changed it, or <c>system</c>.</param>
[IntegrationEvent("agent_instance", "config_changed")]
public sealed record InstanceConfigChanged(string InstanceId, IReadOnlyList<string> ChangedPaths, int Generation, string ChangedBy);

/// <summary>The trial of an instance began.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="PlanRef">The trial plan, as <c>name@version</c>.</param>
/// <param name="StartsAt">When it began.</param>
/// <param name="EndsAt">When it ends.</param>
[IntegrationEvent("agent_instance", "trial_started")]
public sealed record TrialStarted(string InstanceId, string PlanRef, DateTimeOffset StartsAt, DateTimeOffset EndsAt);

/// <summary>The trial of an instance is about to end.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="DaysLeft">Days until then.</param>
[IntegrationEvent("agent_instance", "trial_ending")]
public sealed record TrialEnding(string InstanceId, int DaysLeft);

/// <summary>The trial of an instance ended unpaid: it is suspended from now on, and no <c>suspended</c> says so beside this.</summary>
/// <param name="InstanceId">Id of the instance.</param>
[IntegrationEvent("agent_instance", "trial_expired")]
public sealed record TrialExpired(string InstanceId);

/// <summary>Somebody began to pay for an instance.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="OfferRef">What is bought, as <c>catalog@version#offer</c>.</param>
/// <param name="PlanRef">The plan that it will be on, as <c>name@version</c>.</param>
/// <param name="ExpiresAt">When it is given up.</param>
/// <param name="StartedBy">Id of the principal who began it.</param>
[IntegrationEvent("agent_instance", "conversion_started")]
public sealed record ConversionStarted(string InstanceId, string OfferRef, string PlanRef, DateTimeOffset ExpiresAt, string StartedBy);

/// <summary>An instance is paid for.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="OfferRef">What was bought, as <c>catalog@version#offer</c>.</param>
/// <param name="PlanRef">The plan that it is on, as <c>name@version</c>.</param>
[IntegrationEvent("agent_instance", "converted")]
public sealed record InstanceConverted(string InstanceId, string OfferRef, string PlanRef);

/// <summary>An instance was not paid for after all; it is where it was before.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="Reason"><c>expired</c> or <c>refused</c>.</param>
[IntegrationEvent("agent_instance", "conversion_abandoned")]
public sealed record ConversionAbandoned(string InstanceId, string Reason);

/// <summary>An instance will be on another plan.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="ToPlanRef">The plan, as <c>name@version</c>.</param>
/// <param name="Direction"><c>upgrade</c>, as soon as it is paid, or <c>downgrade</c>.</param>
/// <param name="EffectiveAt">From when.</param>
[IntegrationEvent("agent_instance", "plan_change_scheduled")]
public sealed record PlanChangeScheduled(string InstanceId, string ToPlanRef, string Direction, DateTimeOffset EffectiveAt);

/// <summary>An instance is on another plan.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="FromPlanRef">The plan that it was on, as <c>name@version</c>.</param>
/// <param name="PlanRef">The plan that it is on, as <c>name@version</c>.</param>
[IntegrationEvent("agent_instance", "plan_changed")]
public sealed record PlanChanged(string InstanceId, string FromPlanRef, string PlanRef);

/// <summary>A change of plan failed; the instance stays on its plan.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="ToPlanRef">The plan that it does not get, as <c>name@version</c>.</param>
/// <param name="Reason">Why, as a word of the payment provider, or <c>quote_stale</c>.</param>
[IntegrationEvent("agent_instance", "plan_change_failed")]
public sealed record PlanChangeFailed(string InstanceId, string ToPlanRef, string Reason);

/// <summary>A change of plan that was yet to come was withdrawn.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="ToPlanRef">The plan that it does not get, as <c>name@version</c>.</param>
[IntegrationEvent("agent_instance", "plan_change_cancelled")]
public sealed record PlanChangeCancelled(string InstanceId, string ToPlanRef);

/// <summary>A reason not to run came up; several may hold at once.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="Reason"><c>customer</c>, <c>nonpayment</c>, <c>abuse</c>, <c>admin</c>, <c>bot_owner_changed</c> or <c>tenant_deletion</c>.</param>
/// <param name="Drain">What happens to runs that are under way: <c>now</c> cancels them, <c>after_runs</c> lets them end.</param>
/// <param name="ResumeAt">When the reason lifts by itself.</param>
/// <param name="SuspendedBy">Id of the principal who suspended it, or <c>system</c>.</param>
[IntegrationEvent("agent_instance", "suspended")]
public sealed record InstanceSuspended(string InstanceId, string Reason, string Drain, DateTimeOffset? ResumeAt, string SuspendedBy);

/// <summary>Reasons not to run were lifted; it runs again once none is left.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="Lifted">The reasons, as in <c>suspended</c>, and <c>trial_expired</c>.</param>
/// <param name="ResumedBy">Id of the principal who lifted them, or <c>system</c>.</param>
[IntegrationEvent("agent_instance", "resumed")]
public sealed record InstanceResumed(string InstanceId, IReadOnlyList<string> Lifted, string ResumedBy);

/// <summary>Somebody asked for the deletion of an instance.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="Effective"><c>immediate</c>, or <c>period_end</c>, which can be withdrawn until then.</param>
/// <param name="EffectiveAt">When it takes effect.</param>
/// <param name="RequestedBy">Id of the principal who asked, or <c>system</c>.</param>
[IntegrationEvent("agent_instance", "deletion_requested")]
public sealed record InstanceDeletionRequested(string InstanceId, string Effective, DateTimeOffset EffectiveAt, string RequestedBy);

/// <summary>A deletion at period end was withdrawn in time.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="WithdrawnBy">Id of the principal who withdrew it, or <c>system</c>.</param>
[IntegrationEvent("agent_instance", "deletion_withdrawn")]
public sealed record InstanceDeletionWithdrawn(string InstanceId, string WithdrawnBy);

/// <summary>An instance is gone for its customer; what is left of it is purged later.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="PurgeAt">When that will be.</param>
[IntegrationEvent("agent_instance", "deleted")]
public sealed record InstanceDeleted(string InstanceId, DateTimeOffset PurgeAt);

/// <summary>Everything that was kept of an instance is erased: forget it too.</summary>
/// <param name="InstanceId">Id of the instance.</param>
[IntegrationEvent("agent_instance", "purged")]
public sealed record InstancePurged(string InstanceId);

/// <summary>The runtime of an instance reported a change.</summary>
/// <param name="InstanceId">Id of the instance.</param>
/// <param name="Phase">The runtime's phase, a word of <see cref="RuntimePhase"/>: <c>running</c>.</param>
/// <param name="Conditions">Every aspect of its health that was reported.</param>
/// <param name="ObservedGeneration">The generation of the configuration it works by.</param>
/// <param name="ReportedAt">When the runtime saw it so.</param>
[IntegrationEvent("agent_instance", "runtime_changed")]
public sealed record InstanceRuntimeChanged(
    string InstanceId, string Phase, IReadOnlyList<RuntimeCondition> Conditions, int ObservedGeneration, DateTimeOffset ReportedAt);

/// <summary>One aspect of a runtime's health.</summary>
/// <param name="Type">A word of <see cref="ConditionType"/>: <c>ready</c>.</param>
/// <param name="Status"><c>true</c>, <c>false</c> or <c>unknown</c>.</param>
/// <param name="Reason">Why, as one CamelCase word for machines.</param>
/// <param name="LastTransitionAt">When the status last changed.</param>
public sealed record RuntimeCondition(string Type, string Status, string Reason, DateTimeOffset LastTransitionAt);
