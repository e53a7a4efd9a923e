using System.Diagnostics;

namespace ControlPlane.Hosting;

/// <summary>Every request has an id: the caller's <c>X-Request-Id</c> where it is sane, else a new one; it is echoed and stands in every problem and event.</summary>
public static class RequestIds
{
    private const string Header = "X-Request-Id";
    private const int MaxLength = 128;
    private static readonly AsyncLocal<string?> Id = new();
    private static readonly System.Buffers.SearchValues<char> Allowed =
        System.Buffers.SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:");

    /// <summary>The id of the request under way, if one is.</summary>
    public static string? Current => Id.Value;

    public static void UseRequestIds(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var given = context.Request.Headers[Header].ToString();
        var id = given.Length is > 0 and <= MaxLength && !given.AsSpan().ContainsAnyExcept(Allowed)
            ? given
            : $"req_{Guid.CreateVersion7():N}";
        Id.Value = id;
        context.Response.Headers[Header] = id;
        Activity.Current?.SetTag("request.id", id);
        return next(context);
    });
}
