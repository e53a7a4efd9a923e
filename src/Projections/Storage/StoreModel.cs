using ControlPlane.AgentInstances;
using ControlPlane.Audit;
using ControlPlane.Billing;
using ControlPlane.Catalog;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Signup;
using ControlPlane.Tenants;
using JasperFx.Events;
using JasperFx.MultiTenancy;
using Marten;
using Weasel.Core;

namespace ControlPlane.Storage;

/// <summary>The event store and its models: the same for every host that opens it.</summary>
public static class StoreModel
{
    public const string Schema = "controlplane";

    /// <summary>The type of what the store puts where an append was rolled back, so that the sequence has no gap. It has no time.</summary>
    public const string Gap = "tombstone";

    /// <summary>The stream of a tenant that these stand in; its versions are no count.</summary>
    public const string GapStream = "mt_tombstone";

    public static StoreOptions AddControlPlane(this StoreOptions store, KeyRing ring, TrailTerms terms)
    {
        store.DatabaseSchemaName = Schema;
        store.UseSystemTextJsonForSerialization(
            EnumStorage.AsString, Casing.CamelCase, configure: json => json.Converters.Insert(0, new SealedPersonal(ring)));
        store.Policies.AllDocumentsAreMultiTenanted();
        store.Advanced.DefaultTenantUsageEnabled = false;

        store.Events.StreamIdentity = StreamIdentity.AsString;
        store.Events.TenancyStyle = TenancyStyle.Conjoined;
        store.Events.UseMandatoryStreamTypeDeclaration = true;
        store.Events.EnableUniqueIndexOnEventId = true;
        store.Events.AutoDiscoverTagTypes = false;
        store.Events.UseAdvisoryLockTransaction = true;
        store.Events.MetadataConfig.EnableAll();
        store.Events.TimeProvider = new StoredClock();
        store.Listeners.Add(new VersionedAppends());
        store.Projections.SlowPollingTime = store.Projections.FastPollingTime = TimeSpan.FromMilliseconds(100);
        store.OpenTelemetry.TrackEventCounters();

        store.Storage.ExtendedSchemaObjects.AddRange(KeyRows.Tables());
        store.AddCatalog();
        store.AddTenants();
        store.AddIam();
        store.AddSignup();
        store.AddBilling();
        store.AddAgentInstances();
        store.AddAudit(terms);
        return store;
    }
}
