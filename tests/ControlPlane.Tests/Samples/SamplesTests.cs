using System.Text.Json.Nodes;
using ControlPlane.Storage;
using Marten;

namespace ControlPlane.Tests.Samples;

/// <summary>What was ever stored can be read: there is one sample of every event type, and it stays as it was when the type was released.</summary>
public class SamplesTests(App app)
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests/ControlPlane.Tests/Samples");

    [Fact]
    public async Task a_stored_sample_of_every_event_is_read_whole()
    {
        foreach (var kind in EventCatalog.All)
        {
            await ReadWhole(kind);
        }
    }

    [Fact]
    public void no_sample_lost_its_type() =>
        Directory.GetFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension).Except(EventCatalog.All.Select(kind => kind.Alias)).ShouldBeEmpty();

    private async Task ReadWhole(EventKind kind)
    {
        var file = Path.Combine(Folder, $"{kind.Alias}.json");
        var serializer = app.Store.Options.Serializer();
        if (Environment.GetEnvironmentVariable("ADD_SAMPLES") == "1" && !File.Exists(file))
        {
            await File.WriteAllTextAsync(file, JsonNode.Parse(serializer.ToJson(Filler.Make(kind.Type)))!.ToString() + "\n", TestContext.Current.CancellationToken);
        }

        var sample = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(sample));

        // What was written then is still there, whatever was added since.
        var written = JsonNode.Parse(serializer.ToJson(serializer.FromJson(kind.Type, stream)))!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(sample)!.AsObject())
        {
            JsonNode.DeepEquals(written[name], value).ShouldBeTrue($"{kind.Alias}.{name}");
        }
    }
}
