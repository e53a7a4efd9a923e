using JasperFx.Events;

namespace ControlPlane.Audit;

/// <summary>What the keeper of a tenant's trail has done: entries that left it. One stream a tenant.</summary>
public sealed record TrailLedger(string Id)
{
    public long Expired { get; init; }

    public static string IdOf(string tenant) => $"{tenant}~trail";

    public static TrailLedger Create(IEvent<TrailEntriesExpired> e) => new(e.StreamKey!) { Expired = e.Data.Count };

    public TrailLedger Apply(TrailEntriesExpired e) => this with { Expired = Expired + e.Count };
}

/// <summary>The audited reads of a tenant on one day. One stream a tenant and day.</summary>
public sealed record ReadLedger(string Id)
{
    public int Reads { get; init; }

    public static string IdOf(string tenant, DateOnly day) => $"{tenant}~reads~{day:yyyy-MM-dd}";

    public static ReadLedger Create(IEvent<ReadsAudited> e) => new(e.StreamKey!) { Reads = e.Data.Reads.Count };

    public ReadLedger Apply(ReadsAudited e) => this with { Reads = Reads + e.Reads.Count };
}
