using Bench;

// Started by scripts/bench.sh, which has built everything and started the servers below --place.
var options = Options.Parse(args);
var place = new Place(options.Place, options.Source);
var report = new Report(options);
await using var field = await Field.PrepareAsync(place, options);
foreach (var path in options.Paths)
{
    report.Announce(path);
    report.Add(await (path switch
    {
        "write" => Throughput.WriteAsync(field, options),
        "read" => Throughput.ReadAsync(field, options),
        "lists" => Throughput.ListsAsync(field, options),
        "audit" => AuditPath.MeasureAsync(field, options),
        "bus" => BusPath.MeasureAsync(field, options),
        _ => StartPath.MeasureAsync(field, options),
    }));
}

report.Write();
return options.IsSmoke && report.IsBroken ? 1 : 0;
