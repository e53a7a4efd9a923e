using System.Text.Json.Nodes;
using OutsideWorld.Traffic;

namespace OutsideWorld.Faults;

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>The provider answers with an error status, in its own shape.</summary>
    Status,

    /// <summary>The answer comes late.</summary>
    Delay,

    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>No answer ever comes; the connection stays open until the caller gives up.</summary>
    Timeout,

    /// <summary>Something in front of the provider answers with a page of HTML.</summary>
    Html,
}

/// <summary>Where it goes wrong, seen from the effect of the request.</summary>
public enum FaultMoment
{
    /// <summary>Before the provider has looked at the request: no effect, no key remembered.</summary>
    Before,

    /// <summary>Once the provider has begun, so an idempotency key is held and the answer is remembered: no effect.</summary>
    During,

    /// <summary>The effect is stored, its answer is lost.</summary>
    After,
}

/// <summary>Which requests a fault strikes: all that is given must hold.</summary>
/// <param name="Path">The provider's path; a trailing <c>*</c> stands for any rest.</param>
/// <param name="Contains">A substring of query, headers or body.</param>
public sealed record FaultMatch(string? Path = null, string? Method = null, string? Contains = null)
{
    internal bool Fits(Exchange exchange) =>
        (Path is null || (Path.EndsWith('*') ? exchange.Path.StartsWith(Path[..^1], StringComparison.Ordinal) : exchange.Path == Path))
        && (Method is null || Method.Equals(exchange.Method, StringComparison.OrdinalIgnoreCase))
        && (Contains is null || exchange.Text.Contains(Contains, StringComparison.Ordinal));
}

/// <summary>A misfortune waiting for requests that match.</summary>
public sealed record Fault
{
    public string Id { get; init; } = RandomId.New("flt_", 12);

    public required FaultMatch Match { get; init; }

    public required FaultKind Kind { get; init; }

    public FaultMoment When { get; init; } = FaultMoment.Before;

    public int Times { get; init; } = 1;

    public int? Status { get; init; }

    public int DelayMs { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Replaces the provider's own error body.</summary>
    public JsonNode? Body { get; init; }

    public override string ToString() => $"{Kind} {Status} {When}".ToLowerInvariant().Replace("  ", " ", StringComparison.Ordinal);
}
