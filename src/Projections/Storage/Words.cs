using System.Collections.Concurrent;
using System.Text.Json;

namespace ControlPlane.Storage;

/// <summary>Enum values as the snake_case words of the API.</summary>
public static class Words
{
    private static readonly ConcurrentDictionary<(Type, object), string> Known = new();

    public static string Of<T>(T value)
        where T : struct, Enum => Known.GetOrAdd((typeof(T), value), static pair => Of(pair.Item2.ToString()!));

    public static string Of(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
