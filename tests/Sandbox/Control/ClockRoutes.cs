namespace OutsideWorld.Control;

internal sealed record AdvanceClock(double AdvanceSeconds);

internal static class ClockRoutes
{
    public static void MapClock(this IEndpointRouteBuilder app, SandboxClock clock)
    {
        app.MapGet("/_sandbox/clock", () => Read(clock));
        app.MapPost("/_sandbox/clock", (AdvanceClock command) =>
        {
            if (command.AdvanceSeconds < 0)
                throw new BadHttpRequestException("The clock only goes forward.");
            clock.Advance(TimeSpan.FromSeconds(command.AdvanceSeconds));
            return Read(clock);
        });
    }

    private static object Read(SandboxClock clock) => new { now = clock.GetUtcNow(), aheadSeconds = clock.Ahead.TotalSeconds };
}
