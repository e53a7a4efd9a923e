namespace ControlPlane.Contracts;

/// <summary>
/// Marks what is said to the outside: a sealed record whose first member is the id of its aggregate. It may be added to, and
/// a change that breaks a reader is a new record with the next version.
/// </summary>
/// <param name="aggregate">What it is about, in snake_case: <c>agent_instance</c>.</param>
/// <param name="name">What happened, in snake_case: <c>suspended</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class IntegrationEventAttribute(string aggregate, string name) : Attribute
{
    /// <summary>What it is about.</summary>
    public string Aggregate => aggregate;

    /// <summary>What happened to it.</summary>
    public string Name => name;

    /// <summary>The version of the record's shape.</summary>
    public int Version { get; init; } = 1;
}
