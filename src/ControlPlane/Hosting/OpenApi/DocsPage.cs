using Scalar.AspNetCore;

namespace ControlPlane.Hosting.OpenApi;

/// <summary>The API reference as a page: Scalar, served from this process, so that it needs no internet and runs no script but ours and its own.</summary>
public static class DocsPage
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Page = """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>ControlPlane API</title>
        </head>
        <body>
          <div id="reference"></div>
          <script src="/docs/scalar/scalar.js"></script>
          <script src="/docs/start.js"></script>
        </body>
        </html>
        """;

    private const string Start = $"Scalar.createApiReference('#reference', {{ url: '{OpenApiDocument.Path}', withDefaultFonts: false, telemetry: false }});";

    public static void MapDocs(this WebApplication app)
    {
        app.MapScalarApiReference("/docs/scalar", options => options.OpenApiRoutePattern = OpenApiDocument.Path);
        app.MapGet("/docs/start.js", () => Results.Text(Start, "text/javascript"));
        app.MapGet("/docs", context =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.ContentType = "text/html; charset=utf-8";
            return context.Response.WriteAsync(Page, context.RequestAborted);
        }).WithMetadata(new OperationText("system", "getDocs", "The API reference as a page.") { MediaType = "text/html" }, new ExtensionAttribute());
    }
}
