using ControlPlane.Sealing;
using JasperFx;
using JasperFx.Events;

namespace ControlPlane.Tenants;

/// <summary>One customer account: the unit of isolation, billing and erasure.</summary>
public sealed record Tenant(string Id, Personal Name, string Country, string Locale, string OwnerPrincipalId) : IRevisioned
{
    /// <summary>The operator's own tenant: staff, the manager bot, runtimes, workers.</summary>
    public const string Platform = "platform";

    public int Version { get; set; }

    /// <summary>The tier of the highest paid plan; <see cref="Tier.Solo"/> before the first payment.</summary>
    public Tier Tier { get; init; }

    public static Tenant Create(IEvent<TenantCreated> e) =>
        new(e.StreamKey!, e.Data.Name, e.Data.Country, e.Data.Locale, e.Data.OwnerPrincipalId);
}

/// <summary>In ascending order: what a tier allows and costs stands in the catalog.</summary>
public enum Tier
{
    Solo,
    Pro,
    Squad,
}
