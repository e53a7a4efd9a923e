namespace ControlPlane.Hosting;

/// <summary>The pages that customers see; the service only links to them (<c>Portal:BaseUrl</c>).</summary>
public sealed class Portal(IConfiguration configuration)
{
    private readonly string _base = (configuration["Portal:BaseUrl"] ?? "http://127.0.0.1:8082").TrimEnd('/');

    private readonly HashSet<string> _origins =
    [
        OriginOf(configuration["Portal:BaseUrl"] ?? "http://127.0.0.1:8082") ?? throw new InvalidOperationException("Portal:BaseUrl is no address"),
        .. (configuration["Portal:Origins"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(origin =>
            OriginOf(origin) ?? throw new InvalidOperationException($"Portal:Origins names {origin}, which is no origin")),
    ];

    /// <summary>The address of a page.</summary>
    public string At(string path) => _base + path;

    /// <summary>Whether others may be sent to an address: a page of the portal, or of <c>Portal:Origins</c> (separated by commas).</summary>
    public bool Admits(string url) => OriginOf(url) is { } origin && _origins.Contains(origin);

    private static string? OriginOf(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0 ? address.GetLeftPart(UriPartial.Authority) : null;
}
