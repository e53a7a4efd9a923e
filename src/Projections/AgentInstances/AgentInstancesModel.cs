using ControlPlane.Storage;
using JasperFx.Events.Projections;
using Marten;
using Marten.Schema;
using Marten.Schema.Indexing.Unique;
using Weasel.Postgresql.Tables;

namespace ControlPlane.AgentInstances;

public static class AgentInstancesModel
{
    public static void AddAgentInstances(this StoreOptions store)
    {
        store.Event<InstanceDrafted>("agent_instance.drafted", "ops-6m")
            .Event<InstanceConfigured>("agent_instance.configured", "ops-6m")
            .Event<TrialStarted>("agent_instance.trial_started", "fin-10y")
            .Event<TrialEnding>("agent_instance.trial_ending", "ops-6m")
            .Event<ConversionStarted>("agent_instance.conversion_started", "fin-10y")
            .Event<InstanceConverted>("agent_instance.converted", "fin-10y")
            .Event<ConversionAbandoned>("agent_instance.conversion_abandoned", "fin-10y")
            .Event<PlanChangeRequested>("agent_instance.plan_change_requested", "fin-10y")
            .Event<PlanChanged>("agent_instance.plan_changed", "fin-10y")
            .Event<PlanChangeFailed>("agent_instance.plan_change_failed", "fin-10y")
            .Event<PlanChangeCancelled>("agent_instance.plan_change_cancelled", "fin-10y")
            .Event<InstanceSuspended>("agent_instance.suspended", "ops-6m")
            .Event<InstanceResumed>("agent_instance.resumed", "ops-6m")
            .Event<InstanceDeletionRequested>("agent_instance.deletion_requested", "ops-6m")
            .Event<InstanceDeletionWithdrawn>("agent_instance.deletion_withdrawn", "ops-6m")
            .Event<InstanceDeletionStarted>("agent_instance.deletion_started", "ops-6m")
            .Event<InstanceDeleted>("agent_instance.deleted", "ops-6m")
            .Event<InstancePurged>("agent_instance.purged", "erasure-evidence-5y")
            .Event<RuntimeChanged>("agent_instance.runtime_changed", "ops-6m")
            .Event<RunUsageReported>("agent_run.usage_reported", "ai-run-6m")
            .Event<InstanceSelected>("agent_instance.selected", "ephemeral-30d");
        store.Projections.LiveStreamAggregation<AgentInstance>();
        store.Projections.Snapshot<CurrentInstance>(SnapshotLifecycle.Inline);
        store.Projections.Add<InstanceCardProjection>(ProjectionLifecycle.Inline);
        store.Projections.Snapshot<InstanceRuntime>(SnapshotLifecycle.Inline);
        store.Schema.For<PlanQuote>().Index(quote => quote.ExpiresAt);
        store.Schema.For<TrialUse>().SingleTenanted().Index(use => use.TenantId);
        // A column of its own, for lists and quotas look at the state of every instance of a tenant.
        store.Schema.For<InstanceCard>().Duplicate(card => card.State, "varchar", NpgsqlTypes.NpgsqlDbType.Varchar);
        // Runtimes report by the instance's id alone. A hash, for a tree would tempt the planner to walk lists through all tenants.
        store.Schema.For<InstanceCard>().Index(card => card.Id, index => (index.Name, index.Method) = ("ix_instance_id", IndexMethod.hash));
        store.Storage.ExtendedSchemaObjects.AddRange(RuntimeRows.Tables());
        store.Schema.For<InstanceCard>().UniqueIndex(UniqueIndexType.Computed, "ux_instance_name", TenancyScope.PerTenant, card => card.NameHash!);
    }
}
