using System.Reflection;

namespace ControlPlane.Hosting.OpenApi;

/// <summary>The statuses that an operation answers beside those that follow from its shape; the first success is the plain one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AnswersAttribute(params int[] statuses) : Attribute
{
    public IReadOnlyList<int> Statuses => statuses;
}

/// <summary>The operation is an extension of the contract.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ExtensionAttribute : Attribute;

/// <summary>The parts of the outside world that an operation leads to, at once or behind the outbox.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CallsAttribute(params Outside[] parts) : Attribute
{
    public IReadOnlyList<Outside> Parts => parts;
}

/// <summary>What lies outside.</summary>
public enum Outside
{
    Stripe,
    Postmark,
    Telegram,
    Mcp,
    Runtime,
}

/// <summary>What the API document says of an operation that is no slice: a slice says it by its name, doc comment and return type.</summary>
/// <param name="Area">The part of the service that it belongs to.</param>
/// <param name="Id">Names the operation, such as <c>getPersona</c>.</param>
/// <param name="Summary">What it does, in a sentence.</param>
/// <param name="Answer">The type of the body of its success, where that is JSON.</param>
public sealed record OperationText(string Area, string Id, string Summary, Type? Answer = null)
{
    /// <summary>The media type of the body of its success.</summary>
    public string MediaType { get; init; } = "application/json";

    /// <summary>Who may ask where no token is needed: <c>public</c>, or what else guards it.</summary>
    public string Permission { get; init; } = "public";
}

/// <summary>Endpoint metadata: the method that is the operation.</summary>
public sealed record Slice(MethodInfo Method);

/// <summary>Stands in the API document for a value that is one or the other.</summary>
public abstract class AnyOf<TOne, TOther>;
