using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Tenants;

namespace ControlPlane.Catalog;

/// <summary>A server of the Model Context Protocol that the platform has looked at and offers.</summary>
public sealed record McpServer
{
    /// <summary>The name that customers see.</summary>
    [StringLength(60, MinimumLength = 1)]
    public required string DisplayName { get; init; }

    /// <summary>What agents can do with it, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>Who runs it.</summary>
    [StringLength(100, MinimumLength = 1)]
    public required string Publisher { get; init; }

    /// <summary>The lowest tier that may use it.</summary>
    public required Tier RequiredTier { get; init; }

    /// <summary>The offer to show to a tenant whose tier is too low.</summary>
    public OfferRef? UpsellOfferRef { get; init; }

    /// <summary>How much harm a mistake can do.</summary>
    public required McpRisk Risk { get; init; }

    /// <summary>Where it listens.</summary>
    [RegularExpression("^https://[a-z0-9.-]+(:(443|8443))?(/[A-Za-z0-9._~/-]*)?$"), MaxLength(300)]
    public required string Endpoint { get; init; }

    /// <summary>How it is spoken to.</summary>
    public required McpTransport Transport { get; init; }

    /// <summary>How one proves who one is; preferred first.</summary>
    [MinLength(1)]
    public required IReadOnlyList<McpAuthMode> AuthModes { get; init; }

    /// <summary>What may be asked for with <c>oauth</c>.</summary>
    public IReadOnlyList<McpScope> Scopes { get; init; } = [];

    /// <summary>The headers that carry a key with <c>api_key</c>.</summary>
    public IReadOnlyList<McpHeader> Headers { get; init; } = [];

    /// <summary>The tools that it was looked at with.</summary>
    [MinLength(1)]
    public required IReadOnlyList<McpTool> Tools { get; init; }

    /// <summary>What an approval pins: SHA-256 of the tools in canonical form (RFC 8785).</summary>
    public string ToolSetDigest() => CanonicalJson.Digest(JsonSerializer.SerializeToElement(Tools.OrderBy(tool => tool.Name, StringComparer.Ordinal), Json.Http));

    public Uri Address() => new(Endpoint);

    internal static IEnumerable<Fault> Faults(McpServer server, CatalogSnapshot catalog) =>
    [
        .. Gates.Faults(server.RequiredTier, server.UpsellOfferRef, catalog),
        .. Repeated.In(server.Tools, tool => tool.Name).Select(at => new Fault($"/tools/{at}/name", "repeated", "List each tool once.")),
        .. Repeated.In(server.AuthModes, mode => mode).Select(at => new Fault($"/authModes/{at}", "repeated", "Name each mode once.")),
        .. server.Needs(McpAuthMode.ApiKey, server.Headers.Count, "/headers", "Name the header that carries the key."),
        .. server.Needs(McpAuthMode.Oauth, server.Scopes.Count, "/scopes", "Name the scopes that can be asked for."),
    ];

    private IEnumerable<Fault> Needs(McpAuthMode mode, int count, string at, string message) =>
        AuthModes.Contains(mode) && count == 0 ? [new(at, "required", message)]
        : !AuthModes.Contains(mode) && count > 0 ? [new(at, "not_used", $"authModes has no {Storage.Words.Of(mode)}; add it or remove this.")]
        : [];
}

/// <summary>How much harm a mistake can do.</summary>
public enum McpRisk
{
    Low,
    Medium,
    High,
}

/// <summary>How a server is spoken to.</summary>
public enum McpTransport
{
    StreamableHttp,
    Sse,
}

/// <summary>How one proves to a server who one is.</summary>
public enum McpAuthMode
{
    None,
    ApiKey,
    Oauth,
}

/// <summary>A scope of OAuth.</summary>
public sealed record McpScope
{
    /// <summary>As the server calls it.</summary>
    [RegularExpression(@"^[\x21\x23-\x5B\x5D-\x7E]{1,200}$")]
    public required string Name { get; init; }

    /// <summary>What it opens, in a sentence.</summary>
    [StringLength(200, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>Whether it is asked for unless somebody says otherwise.</summary>
    public bool IsDefault { get; init; }
}

/// <summary>A header that carries a credential.</summary>
public sealed record McpHeader
{
    /// <summary>Its name.</summary>
    [RegularExpression("^[A-Za-z][A-Za-z0-9-]{0,60}$")]
    public required string Name { get; init; }

    /// <summary>What stands before the credential, such as <c>Bearer</c>.</summary>
    [RegularExpression("^[A-Za-z]{1,20}$")]
    public string? Prefix { get; init; }

    /// <summary>Where a customer finds the credential.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Help { get; init; }
}

/// <summary>A tool of a server.</summary>
public sealed record McpTool
{
    /// <summary>As the server calls it.</summary>
    [RegularExpression("^[A-Za-z0-9_.-]{1,128}$")]
    public required string Name { get; init; }

    /// <summary>What it does, in a sentence.</summary>
    [StringLength(300, MinimumLength = 1)]
    public required string Summary { get; init; }

    /// <summary>Whether it changes anything.</summary>
    public required McpToolEffect Effect { get; init; }

    /// <summary><c>sha256:</c> of its input schema in canonical form (RFC 8785).</summary>
    [RegularExpression("^sha256:[0-9a-f]{64}$")]
    public required string SchemaDigest { get; init; }
}

/// <summary>Whether a tool changes anything.</summary>
public enum McpToolEffect
{
    Read,
    Write,
    Destroy,
}
