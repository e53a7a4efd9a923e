using System.Collections.Concurrent;
using System.Reflection;
using ControlPlane.Contracts;

namespace ControlPlane.Hosting.Bus;

/// <summary>What follows from a contract's <see cref="IntegrationEventAttribute"/>.</summary>
public sealed class ContractKind
{
    private static readonly ConcurrentDictionary<Type, ContractKind> Known = new();

    private readonly PropertyInfo _subject;

    private ContractKind(Type type)
    {
        var says = type.GetCustomAttribute<IntegrationEventAttribute>()
            ?? throw new InvalidOperationException($"{type} is no integration event");
        var subject = type.GetConstructors()[0].GetParameters()[0];
        _subject = type.GetProperty(subject.Name!, typeof(string))
            ?? throw new InvalidOperationException($"The first member of {type} is not the id of its aggregate");
        Type = type;
        Aggregate = says.Aggregate;
        RoutingKey = $"{says.Aggregate}.{says.Name}.v{says.Version}";
    }

    public Type Type { get; }

    public string Aggregate { get; }

    /// <summary><c>agent_instance.suspended.v1</c>.</summary>
    public string RoutingKey { get; }

    /// <summary>The CloudEvents type: <c>controlplane.agent_instance.suspended.v1</c>.</summary>
    public string EventType => $"controlplane.{RoutingKey}";

    /// <summary>The name of the schema of the data, an absolute URI as CloudEvents asks; the AsyncAPI document holds it under this id.</summary>
    public string Schema => $"urn:controlplane:schema:{RoutingKey}";

    /// <summary>The id of the aggregate that a contract speaks of.</summary>
    public string SubjectOf(object contract) => (string)_subject.GetValue(contract)!;

    public static ContractKind Of(Type type) => Known.GetOrAdd(type, static type => new(type));

    /// <summary>Every integration event there is.</summary>
    public static IEnumerable<ContractKind> All() => typeof(IntegrationEventAttribute).Assembly.GetTypes()
        .Where(type => type.IsDefined(typeof(IntegrationEventAttribute), false)).Select(Of).OrderBy(kind => kind.RoutingKey, StringComparer.Ordinal);
}
