using ControlPlane.Hosting;
using Npgsql;

namespace ControlPlane.Catalog;

/// <summary>How far a read model is behind the events just now.</summary>
/// <param name="Events">How many sequence numbers it has yet to read; 0 where it is written with the events.</param>
/// <param name="Seconds">How old the first of these events is.</param>
/// <param name="IsFresh">Whether that is within the target.</param>
/// <param name="ObservedAt">When this was so.</param>
public sealed record ReadModelLag(long Events, double Seconds, bool IsFresh, DateTimeOffset ObservedAt)
{
    public static async Task<Func<CatalogEntry<PlatformConsoleReadModel>, ReadModelLag?>> ObserveAsync(HttpContext http)
    {
        var now = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var backlog = await Backlog.ReadAsync(http.RequestServices.GetRequiredService<NpgsqlDataSource>(), http.RequestAborted);
        return entry => Of(entry.Spec, backlog, now);
    }

    private static ReadModelLag? Of(PlatformConsoleReadModel model, Backlog backlog, DateTimeOffset now) =>
        model.Mode == ProjectionMode.Inline ? new(0, 0, true, now)
        : backlog.Projections.FirstOrDefault(reader => reader.Name.Split(':')[0] == model.Projection) is { } reader
            ? new(reader.Events, reader.Age.TotalSeconds, reader.Age.TotalSeconds <= model.FreshnessSeconds, now)
        : null;
}
