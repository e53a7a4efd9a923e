namespace ControlPlane.Hosting;

/// <summary>The pages that customers see; the service only links to them (<c>Portal:BaseUrl</c>).</summary>
public sealed class Portal(IConfiguration configuration)
{
    private readonly string _base = (configuration["Portal:BaseUrl"] ?? "http://127.0.0.1:8082").TrimEnd('/');

    /// <summary>The address of a page.</summary>
    public string At(string path) => _base + path;
}
