using System.Collections;
using System.Reflection;
using ControlPlane.Sealing;

namespace ControlPlane.Tests.Samples;

/// <summary>Makes an event with every member set.</summary>
internal static class Filler
{
    private static readonly MethodInfo Stored = typeof(Personal).GetMethod("FromStore", BindingFlags.Static | BindingFlags.NonPublic)!;

    public static object Make(Type type)
    {
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        return constructor.Invoke([.. constructor.GetParameters().Select(p => Value(p.ParameterType, p.Name!))]);
    }

    private static object Value(Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) ? $"{name}-1"
            : type == typeof(Personal) ? Stored.Invoke(null, ["v1|key_0|bm9uY2U|Y2lwaGVy|dGFn", null])!
            : type == typeof(int) ? 7
            : type == typeof(long) ? 7L
            : type == typeof(bool) ? true
            : type == typeof(DateTimeOffset) ? new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero)
            : type.IsEnum ? Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!
            : typeof(IEnumerable).IsAssignableFrom(type) ? Items(type.IsArray ? type.GetElementType()! : type.GetGenericArguments()[0], name)
            : Make(type);
    }

    private static Array Items(Type element, string name)
    {
        var items = Array.CreateInstance(element, 1);
        items.SetValue(Value(element, name), 0);
        return items;
    }
}
