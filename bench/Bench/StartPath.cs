namespace Bench;

/// <summary>From the start of the process to the first 200, ours with its database against an application that does nothing.</summary>
public static class StartPath
{
    public static async Task<PathResult> MeasureAsync(Field field, Options options)
    {
        var (ours, empty, memory) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i <= options.Rounds; i++)
        {
            await using var service = await field.OursAsync();
            await using var nothing = await Server.StartAsync("empty", field.Place.Program("empty"), "/", [], [], field.Place.At("empty.log"));
            if (i > 0)
            {
                ours.Add(service.StartedAfter.TotalMilliseconds);
                empty.Add(nothing.StartedAfter.TotalMilliseconds);
                memory.Add(service.ResidentMegabytes);
            }
        }

        return new("start", "to the first 200 of /healthz/ready", [], [])
        {
            Figures =
            [
                new("ours", Median(ours), "ms"),
                new("empty ASP.NET Core", Median(empty), "ms"),
                new("ours ÷ empty", Median(ours) / Median(empty), "×", AtMost: 2.5),
                new("resident memory after the start", Median(memory), "MB", AtMost: 350),
            ],
        };
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
