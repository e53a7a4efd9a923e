using System.Collections.Concurrent;
using ControlPlane.Tenants;
using Microsoft.AspNetCore.Mvc;

namespace ControlPlane.Hosting;

/// <summary>What an operation asks of its caller. Every operation carries exactly one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class AccessAttribute(string permission) : Attribute
{
    /// <summary>As in the table of operations: a permission, or <c>public</c>, <c>authenticated</c>, <c>signature</c>, <c>network</c>.</summary>
    public string Permission => permission;
}

/// <summary>The caller needs this permission at a scope that covers what the operation touches.</summary>
public sealed class RequiresAttribute(string permission) : AccessAttribute(permission);

/// <summary>Any valid token will do.</summary>
public sealed class AuthenticatedAttribute() : AccessAttribute("authenticated");

/// <summary>Anybody may call; such an operation takes no Idempotency-Key and never tells what exists.</summary>
public sealed class PublicAttribute() : AccessAttribute("public");

/// <summary>A provider calls; the operation itself checks that it is the provider.</summary>
public sealed class SignedAttribute() : AccessAttribute("signature");

/// <summary>A deleted tenant's owners may call it too.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WhileLeavingAttribute : Attribute;

/// <summary>Authenticates the token, decides on tenant and permission, and leaves the <see cref="Caller"/> for the slice.</summary>
public static class Access
{
    private const string TenantHeader = "X-Tenant-Id";
    private const string TenantPath = "/v1/tenants/{id}";

    // Owners hold it, and nobody else.
    private const string Restore = "tenant:restore";

    private static readonly ConcurrentDictionary<string, (string? Kind, bool IsList)> Scopes = new();

    public static void UseAccess(this IApplicationBuilder app)
    {
        var guard = ActivatorUtilities.CreateInstance<Guard>(app.ApplicationServices);
        app.Use(guard.LetInAsync);
    }

    private static ProblemDetails AddressNotAllowed() =>
        Problems.Because(403, "address_not_allowed", "The token may not be used from this address");

    private static string? BearerOf(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : null;
    }

    // These operations name their tenant themselves.
    private static string? NamedByPath(HttpContext context) =>
        ((RouteEndpoint)context.GetEndpoint()!).RoutePattern.RawText!.StartsWith(TenantPath, StringComparison.Ordinal) ? context.Request.RouteValues["id"] as string : null;

    // The pattern and not the path decides, for routes are matched whatever the case of the path's letters.
    private static ProblemDetails? Refuse(HttpContext context, Caller caller, string permission) =>
        Refuse(caller, permission, context.Request.Method, ((RouteEndpoint)context.GetEndpoint()!).RoutePattern.RawText!, context.Request.RouteValues["id"] as string);

    /// <summary>
    /// The "no" to a call, if there is one. Roles can be scoped to one agent or instance: its operations need the permission there,
    /// the lists of the two kinds anywhere in the tenant (they show what is visible), everything else for the whole tenant.
    /// </summary>
    public static ProblemDetails? Refuse(Caller caller, string permission, string method, string pattern, string? id)
    {
        var (kind, isList) = Scopes.GetOrAdd(pattern, ScopeOf);
        var resource = kind is not null && !isList && id is not null ? $"{kind}/{id}" : null;
        var isScopedList = isList && HttpMethods.IsGet(method);
        var may = resource is not null ? caller.MayOn(permission, resource)
            : isScopedList ? caller.MaySomewhere(permission)
            : caller.May(permission);
        return may ? null
            : resource is not null && caller.MaySomewhere(permission) ? Problems.NotFound()
            : Problems.Forbidden(permission);
    }

    private static (string? Kind, bool IsList) ScopeOf(string pattern) =>
        pattern.Split('/') is ["", "v1", "agent-instances" or "agents", ..] segments ? (segments[2], segments.Length == 3) : (null, false);

    /// <summary>What stands before every operation, with what it asks at hand: a scope of services for each request would cost more than it does.</summary>
    private sealed class Guard(TokenChecks checks, TenantDirectory tenants, RateLimits limits, Iam.TokenUses uses)
    {
        public async Task LetInAsync(HttpContext context, RequestDelegate next)
        {
            var access = context.GetEndpoint()?.Metadata.GetMetadata<AccessAttribute>();
            if (access is null or PublicAttribute or SignedAttribute)
            {
                await next(context);
                return;
            }

            var home = await checks.CheckAsync(BearerOf(context), context.RequestAborted);
            if (home is null || !home.Credential.Admits(context.Connection.RemoteIpAddress))
            {
                // Guesses count against the address they come from.
                if (await limits.AdmitAsync(context))
                {
                    await context.WriteAsync(home is null ? Problems.Unauthenticated() : AddressNotAllowed());
                }

                return;
            }

            uses.Note(home);
            if (NamedByPath(context) is { } named && context.Request.Headers[TenantHeader].ToString() is { Length: > 0 } header && header != named)
            {
                await context.WriteAsync(Problems.Malformed("", "tenant_mismatch", $"{TenantHeader} names another tenant than the path"));
                return;
            }

            if (await ActingOnAsync(context, home) is not { } caller)
            {
                await context.WriteAsync(context.Request.Headers.ContainsKey(TenantHeader) ? Problems.Forbidden() : Problems.NotFound());
                return;
            }

            context.Features.Set(caller);
            if ((await LeavingAsync(context, caller) ?? (access is RequiresAttribute ? Refuse(context, caller, access.Permission) : null)) is { } no)
            {
                await context.WriteAsync(no);
                return;
            }

            await next(context);
        }

        private async ValueTask<Caller?> ActingOnAsync(HttpContext context, Caller caller)
        {
            var wanted = NamedByPath(context) ?? context.Request.Headers[TenantHeader].ToString();
            if (wanted.Length == 0 || wanted == caller.HomeTenantId)
            {
                return caller;
            }

            var isStaff = caller.HomeTenantId == Tenant.Platform && caller.Grants.Any(grant => grant.Scope == "/");
            return isStaff && await tenants.FindAsync(wanted, context.RequestAborted) is not null
                ? caller with { TenantId = wanted }
                : null;
        }

        /// <summary>The "no" of a tenant that is deleted: its owners may ask how it stands and restore it, staff may read.</summary>
        private async ValueTask<ProblemDetails?> LeavingAsync(HttpContext context, Caller caller)
        {
            if (await tenants.FindAsync(caller.TenantId, context.RequestAborted) is not { State: not TenantState.Active and var state })
            {
                return null;
            }

            // Its tokens are gone, whatever a node still remembers.
            if (state == TenantState.Purged && !caller.IsStaff)
            {
                return Problems.Unauthenticated();
            }

            var isOpen = context.GetEndpoint()!.Metadata.GetMetadata<WhileLeavingAttribute>() is not null && caller.May(Restore);
            return isOpen || (caller.IsStaff && HttpMethods.IsGet(context.Request.Method)) ? null : Problems.TenantTombstoned();
        }
    }
}
