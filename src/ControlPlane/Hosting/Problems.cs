using ControlPlane.Storage;
using ControlPlane.Tenants;
using Microsoft.AspNetCore.Mvc;

namespace ControlPlane.Hosting;

/// <summary>One fault of a request.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) into the body, <c>?name</c> for a query parameter, or <c>{name}</c> for a part of the path.</param>
/// <param name="Code">snake_case word.</param>
/// <param name="Message">What is wrong, for people.</param>
public sealed record Fault(string Pointer, string Code, string Message);

/// <summary>Every "no" of the service, as RFC 9457 problem details with a stable code.</summary>
public static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>The problem type of a code: a stable URI.</summary>
    public static string TypeOf(string code) => $"urn:controlplane:problem:{code}";

    public static ProblemDetails Because(int status, string code, string title, string? detail = null, params (string Name, object? Value)[] facts)
    {
        var problem = new ProblemDetails { Type = TypeOf(code), Status = status, Title = title, Detail = detail };
        problem.Extensions["code"] = code;
        if (RequestIds.Current is { } requestId)
        {
            problem.Extensions["requestId"] = requestId;
        }

        foreach (var (name, value) in facts.Where(fact => fact.Value is not null))
        {
            problem.Extensions[name] = value;
        }

        return problem;
    }

    public static ProblemDetails Malformed(IReadOnlyList<Fault> faults) =>
        Because(400, "invalid_request", "The request is malformed", $"{faults.Count} fault(s), each in errors", ("errors", faults));

    public static ProblemDetails Malformed(string pointer, string code, string message) => Malformed([new(pointer, code, message)]);

    public static ProblemDetails AgainstTheRules(string code, string title, IReadOnlyList<Fault> faults) =>
        Because(422, code, title, null, ("errors", faults));

    public static ProblemDetails Unauthenticated() =>
        Because(401, "unauthenticated", "A valid bearer token is needed", "Send Authorization: Bearer with a personal access token");

    public static ProblemDetails Forbidden(string? missingPermission = null) =>
        Because(403, "forbidden", "The token may not do this", null, ("missingPermission", missingPermission));

    /// <summary>The tenant is deleted; only its owners may still ask how it stands, and restore it.</summary>
    public static ProblemDetails TenantTombstoned() => Because(403, "tenant_tombstoned", "The tenant is deleted");

    /// <summary>The same body for what is absent and for what is another tenant's.</summary>
    public static ProblemDetails NotFound() => Because(404, "not_found", "There is no such resource");

    /// <summary>The resource is there for tenants of a higher tier.</summary>
    public static ProblemDetails TierInsufficient(Tier required, string? upsellOfferRef) => Because(
        403, "tier_insufficient", "A higher tier is needed", null, ("requiredTier", Words.Of(required)), ("upsellOfferRef", upsellOfferRef));

    /// <summary>The state of the resource does not allow the operation.</summary>
    public static ProblemDetails InvalidState<TState, TAction>(TState current, IEnumerable<TAction> allowed, IReadOnlyList<string>? blockedBy = null)
        where TState : struct, Enum
        where TAction : struct, Enum =>
        Because(
            409, "invalid_state", "The state of the resource does not allow this", null,
            ("currentState", Words.Of(current)), ("allowedTransitions", allowed.Select(Words.Of).ToArray()), ("blockedBy", blockedBy));

    public static ProblemDetails Conflict(string code, string title, params (string Name, object? Value)[] facts) =>
        Because(409, code, title, null, facts);

    public static ProblemDetails Raced() =>
        Because(409, "concurrent_update", "Somebody else changed the resource at the same time", "Read it again and repeat", ("retryable", true));

    public static ProblemDetails PreconditionFailed(long current) =>
        Because(412, "precondition_failed", "The resource has changed since it was read", null, ("currentVersion", current));
}

/// <summary>A "no" that is only found out while the commit is under way.</summary>
public sealed class ProblemException(ProblemDetails problem) : Exception(problem.Title)
{
    public ProblemDetails Problem => problem;
}
