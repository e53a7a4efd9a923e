using JasperFx.Events;

namespace ControlPlane.Sealing;

/// <summary>Seals what is new in the events of a commit, just before they are serialized; no slice takes part in it.</summary>
/// <remarks>
/// A stream that is about a person (its id says so) has that person's key, every other stream the key of its tenant. Read
/// models get their personal values from events, sealed as they are.
/// </remarks>
public sealed class Sealer(KeyRing ring)
{
    public const string KeyHeader = "seal-key";

    private static readonly string[] People = ["prn_", "sgn_", "inv_", "pro_", "evt_"];

    public async ValueTask SealAsync(StreamAction stream, CancellationToken cancellation)
    {
        SubjectKey? key = null;
        foreach (var stored in stream.Events.Where(e => PersonalFields.Has(e.Data.GetType())))
        {
            foreach (var personal in PersonalFields.In(stored.Data))
            {
                key ??= await ring.KeyForAsync(stream.TenantId, SubjectOf(stream.Key!, stream.TenantId), cancellation);
                Seal(personal, key);
                stored.SetHeader(KeyHeader, KeyRing.KeyIdOf(personal.Sealed!));
            }
        }
    }

    private void Seal(Personal personal, SubjectKey key)
    {
        if (personal.Sealed is null)
        {
            personal.SealWith(key);
        }
        else if (ring.TenantOf(personal.Sealed) is { } owner && owner != key.Tenant)
        {
            throw new InvalidOperationException($"A personal value of {owner} would be stored with {key.Tenant}: store a copy of it");
        }
    }

    /// <summary>Whether a stream is about one person, who then has a key of his own.</summary>
    public static bool IsOfPerson(string stream) => People.Any(prefix => stream.StartsWith(prefix, StringComparison.Ordinal));

    private static string SubjectOf(string stream, string tenant) => IsOfPerson(stream) ? stream : tenant;
}
