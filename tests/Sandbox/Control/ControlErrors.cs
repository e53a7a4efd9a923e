namespace OutsideWorld.Control;

internal static class ControlErrors
{
    /// <summary>Tells a test what is wrong with its switch, rather than only that something is.</summary>
    public static void UseControlErrors(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException wrong) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = wrong.StatusCode;
            await context.Response.WriteAsJsonAsync(new { error = wrong.InnerException?.Message ?? wrong.Message });
        }
    });
}
