using System.Reflection;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.Bus;
using ControlPlane.Storage;
using JasperFx.CommandLine;
using JasperFx.Events;
using Marten.Events.Aggregation;
using Marten.Events.Projections;
using Wolverine.Http;

namespace ControlPlane.Tests.Model;

/// <summary>One thing that can happen to the service, with all that follows in its own code.</summary>
/// <param name="Trigger">An operation, the message that sets it off, or the clock.</param>
/// <param name="Events">Aliases of the stored events it may append.</param>
/// <param name="Sends">Messages and timers it may leave behind.</param>
/// <param name="Loads">Read models it asks.</param>
/// <param name="Outside">Providers it calls.</param>
internal sealed record Slice(
    string Area, string Name, string Trigger, bool IsRead, IReadOnlyList<string> Events, IReadOnlyList<string> Sends, IReadOnlyList<string> Loads, IReadOnlyList<string> Outside);

/// <summary>A stored event and where it goes.</summary>
internal sealed record StoredEvent(string Area, string Alias, string Retention, IReadOnlyList<string> Models, IReadOnlyList<string> OnTheBus);

/// <summary>The event model as the code has it.</summary>
internal sealed class EventModel
{
    private static readonly Type[] Ours = [.. typeof(Api).Assembly.GetTypes()];
    private static readonly Type[] Folded = [.. typeof(EventCatalog).Assembly.GetTypes()];

    private readonly Dictionary<Type, string> _messages;
    private readonly Dictionary<Type, EventKind> _events = EventCatalog.All.ToDictionary(kind => kind.Type);

    public EventModel()
    {
        var handlers = Ours.Where(type => type.Name.EndsWith("Handler", StringComparison.Ordinal) && HandleOf(type) is not null).ToArray();
        _messages = handlers.GroupBy(MessageOf).ToDictionary(group => group.Key, group => group.Key.Name);
        Slices =
        [
            .. Ours.SelectMany(Endpoints)
                .Concat(Ours.Where(type => type.IsAssignableTo(typeof(IJasperFxCommand))).Select(CommandOf))
                .Concat(Ours.Where(IsClockwork).Select(type => SliceOf(type, "the clock", false, type.Name)).Where(slice => slice.Events.Count > 0))
                .Concat(handlers.Select(handler => SliceOf(handler, MessageOf(handler).Name, false, Named(handler))))
                .OrderBy(slice => slice.Area, StringComparer.Ordinal)
                .ThenBy(slice => slice.Trigger.Contains('/', StringComparison.Ordinal) ? 0 : 1)
                .ThenBy(slice => slice.Trigger, StringComparer.Ordinal),
        ];
        Events = [.. _events.Values.Select(EventOf).OrderBy(stored => stored.Area, StringComparer.Ordinal).ThenBy(stored => stored.Alias, StringComparer.Ordinal)];
    }

    public IReadOnlyList<Slice> Slices { get; }

    public IReadOnlyList<StoredEvent> Events { get; }

    /// <summary>The lists and single entries of the catalog, which are no slices of their own.</summary>
    public static IEnumerable<string> CatalogFolders => CatalogKinds.Shipped.All.Where(kind => kind.Address != CatalogAddress.None).Select(kind => kind.Folder);

    private IEnumerable<Slice> Endpoints(Type type) =>
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        let route = method.GetCustomAttribute<WolverineHttpMethodAttribute>()
        where route is not null
        let name = type.Name.Replace("Endpoint", "", StringComparison.Ordinal)
        select SliceOf(type, $"{route.HttpMethod} {route.Template}", route.HttpMethod == "GET", name);

    private static bool IsClockwork(Type type) =>
        type.IsAssignableTo(typeof(Microsoft.Extensions.Hosting.BackgroundService)) && type.Namespace?.StartsWith("ControlPlane.Hosting", StringComparison.Ordinal) == false;

    private Slice CommandOf(Type type)
    {
        var name = type.GetCustomAttribute<DescriptionAttribute>()!.Name;
        return SliceOf(type, $"command {name}", false, type.Name);
    }

    private Slice SliceOf(Type type, string trigger, bool isRead, string name)
    {
        var deeds = CodeReader.Read(type);
        return new(
            type.Namespace!.Split('.')[1], name, trigger, isRead,
            Sorted(deeds.Makes.Where(_events.ContainsKey).Select(made => _events[made].Alias)),
            Sorted(deeds.Makes.Where(_messages.ContainsKey).Select(made => _messages[made])),
            Sorted(deeds.Loads.Where(loaded => loaded.Assembly == typeof(EventCatalog).Assembly && !loaded.IsGenericParameter && !_events.ContainsKey(loaded)).Select(loaded => loaded.Name)),
            Sorted(deeds.Calls));
    }

    private static StoredEvent EventOf(EventKind kind) => new(
        kind.Type.Namespace!.Split('.')[1], kind.Alias, kind.RetentionPolicy,
        Sorted(Folded.Where(type => Folds(type, kind.Type)).Select(ModelOf)),
        Sorted(BusRegistration.Announcements.All.Where(announced => announced.Stored == kind.Type).Select(announced => announced.Contract.RoutingKey)));

    private static bool Folds(Type type, Type stored) => !type.Name.Contains('<', StringComparison.Ordinal) && !IsPart(type) && type
        .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Any(method => method.Name is "Create" or "Apply" or "ShouldDelete"
            && method.GetParameters().Any(p => p.ParameterType == stored || p.ParameterType == typeof(IEvent<>).MakeGenericType(stored)));

    // A part of models, and none itself.
    private static bool IsPart(Type type) => type == typeof(ControlPlane.AgentInstances.InstanceLife);

    private static string ModelOf(Type type)
    {
        for (var up = type.BaseType; up is not null; up = up.BaseType)
        {
            if (up.IsGenericType && (up.GetGenericTypeDefinition() == typeof(SingleStreamProjection<,>) || up.GetGenericTypeDefinition() == typeof(MultiStreamProjection<,>)))
            {
                return up.GetGenericArguments()[0].Name;
            }
        }

        return type.Name;
    }

    private static MethodInfo? HandleOf(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .FirstOrDefault(method => method.Name is "Handle" or "HandleAsync");

    private static Type MessageOf(Type handler) => HandleOf(handler)!.GetParameters()[0].ParameterType;

    private static string Named(Type handler) => handler.Name.Replace("Handler", "", StringComparison.Ordinal);

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Distinct().Order(StringComparer.Ordinal)];
}
