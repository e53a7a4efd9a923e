using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace ControlPlane.Sealing;

/// <summary>Finds the personal values in an event, however deep its records nest.</summary>
public static class PersonalFields
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Found = new();

    /// <summary>Whether values of the type can hold personal data.</summary>
    public static bool Has(Type type) => Properties(type).Length > 0;

    public static IEnumerable<Personal> In(object? value)
    {
        switch (value)
        {
            case null:
                break;
            case Personal personal:
                yield return personal;
                break;
            case IEnumerable items and not string:
                foreach (var found in items.Cast<object?>().SelectMany(In))
                {
                    yield return found;
                }

                break;
            default:
                foreach (var found in Properties(value.GetType()).SelectMany(property => In(property.GetValue(value))))
                {
                    yield return found;
                }

                break;
        }
    }

    private static PropertyInfo[] Properties(Type type) => Found.GetOrAdd(type, static type => Search(type, []));

    private static PropertyInfo[] Search(Type type, HashSet<Type> above) =>
        [.. type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.GetIndexParameters().Length == 0 && Leads(p.PropertyType, above))];

    private static bool Leads(Type type, HashSet<Type> above) =>
        type == typeof(Personal)
        || type.GetGenericArguments().Any(argument => Leads(argument, above))
        || (type.GetElementType() is { } element && Leads(element, above))
        || (IsOurs(type) && above.Add(type) && Search(type, above).Length > 0);

    private static bool IsOurs(Type type) =>
        type is { IsEnum: false, IsPrimitive: false } && type.Namespace?.StartsWith("ControlPlane", StringComparison.Ordinal) == true;
}
