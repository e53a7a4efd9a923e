namespace ControlPlane.Hosting;

/// <summary>A single resource as the answer to a read: 200 with its ETag, 304 when the caller has it, 404 when there is none.</summary>
public sealed class Resource<T>(T? value) : IResult
    where T : class
{
    public T? Value => value;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        if (value is null)
        {
            await httpContext.WriteAsync(Problems.NotFound());
            return;
        }

        var rendered = Rendered.Of(value, 200, null, Json.Http);
        rendered = rendered with { ETag = rendered.ETag ?? ETags.Of(rendered.Body) };
        httpContext.Response.Headers.CacheControl = "private, no-cache";
        await rendered.WriteUnlessKnownAsync(httpContext);
    }
}
