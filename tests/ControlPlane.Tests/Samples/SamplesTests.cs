using System.Text.Json.Nodes;
using ControlPlane.Storage;
using Marten;

namespace ControlPlane.Tests.Samples;

/// <summary>What was ever stored can be read: there is one sample of every event type, and it stays as it was when the type was released.</summary>
public class SamplesTests(App app)
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests/ControlPlane.Tests/Samples");

    public static TheoryData<string> Aliases => [.. EventCatalog.All.Select(kind => kind.Alias).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Aliases))]
    public async Task a_stored_sample_is_read_whole(string alias)
    {
        var file = Path.Combine(Folder, $"{alias}.json");
        var serializer = app.Store.Options.Serializer();
        if (Environment.GetEnvironmentVariable("ADD_SAMPLES") == "1" && !File.Exists(file))
        {
            await File.WriteAllTextAsync(file, JsonNode.Parse(serializer.ToJson(Filler.Make(TypeOf(alias))))!.ToString() + "\n", TestContext.Current.CancellationToken);
        }

        var sample = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(sample));

        var read = serializer.FromJson(TypeOf(alias), stream);

        // What was written then is still there, whatever was added since.
        var written = JsonNode.Parse(serializer.ToJson(read))!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(sample)!.AsObject())
        {
            JsonNode.DeepEquals(written[name], value).ShouldBeTrue($"{alias}.{name}");
        }
    }

    [Fact]
    public void no_sample_lost_its_type() =>
        Directory.GetFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension).Except(EventCatalog.All.Select(kind => kind.Alias)).ShouldBeEmpty();

    private static Type TypeOf(string alias) => EventCatalog.All.Single(kind => kind.Alias == alias).Type;
}
