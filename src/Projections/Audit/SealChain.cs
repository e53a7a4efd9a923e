using JasperFx;
using JasperFx.Events;

namespace ControlPlane.Audit;

/// <summary>Where the chain of seals ends: what the next one goes on from.</summary>
public sealed record SealChain(string Id) : IRevisioned
{
    /// <summary>The one stream of seals; a seal's number is its version there.</summary>
    public const string Stream = "seals";

    public int Version { get; set; }

    public long Number { get; init; }

    public long LastSequence { get; init; }

    /// <summary>SHA-256 over the payload of the last seal's statement.</summary>
    public string? LastHash { get; init; }

    public static SealChain Create(IEvent<SealClosed> e) => Advance(new(e.StreamKey!), e.Data);

    public SealChain Apply(SealClosed e) => Advance(this, e);

    private static SealChain Advance(SealChain chain, SealClosed e) => chain with
    {
        Number = e.Number,
        LastSequence = e.LastSequence,
        LastHash = HashOf(e.Signature),
    };

    /// <summary>The hash that the next seal names a statement by.</summary>
    public static string HashOf(string jws) => Convert.ToHexStringLower(
        System.Security.Cryptography.SHA256.HashData(System.Buffers.Text.Base64Url.DecodeFromChars(jws.Split('.')[1])));
}
