using ControlPlane.Audit;

namespace ControlPlane.Hosting;

/// <summary>What every request passes, in this order.</summary>
public static class Pipeline
{
    public static void UsePipeline(this WebApplication app, HostRole role)
    {
        app.UseRequestMetrics();
        app.UseRequestIds();
        app.UseSecurityHeaders();
        app.UseProblems();
        app.UseRouting();
        if (role == HostRole.Bus)
        {
            return;
        }

        app.UseAccess();
        app.UseRateLimits();
        app.UseRequestShapes();
        app.UseReadAudit();
        app.UseIdempotency();
        app.UseAnswers();
    }

    private static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        return next(context);
    });
}
