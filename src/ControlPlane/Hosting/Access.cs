using ControlPlane.Tenants;

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

/// <summary>Authenticates the token, decides on tenant and permission, and leaves the <see cref="Caller"/> for the slice.</summary>
public static class Access
{
    private const string TenantHeader = "X-Tenant-Id";

    public static void UseAccess(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var access = context.GetEndpoint()?.Metadata.GetMetadata<AccessAttribute>();
        if (access is null or PublicAttribute)
        {
            await next(context);
            return;
        }

        var checks = context.RequestServices.GetRequiredService<TokenChecks>();
        if (await checks.CheckAsync(BearerOf(context), context.RequestAborted) is not { } home)
        {
            await context.WriteAsync(Problems.Unauthenticated());
            return;
        }

        if (await ActingOnAsync(context, home) is not { } caller)
        {
            await context.WriteAsync(Problems.Forbidden());
            return;
        }

        context.Features.Set(caller);
        if (access is RequiresAttribute && Refuse(context, caller, access.Permission) is { } no)
        {
            await context.WriteAsync(no);
            return;
        }

        await next(context);
    });

    private static string? BearerOf(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : null;
    }

    private static async ValueTask<Caller?> ActingOnAsync(HttpContext context, Caller caller)
    {
        var wanted = context.Request.Headers[TenantHeader].ToString();
        if (wanted.Length == 0 || wanted == caller.HomeTenantId)
        {
            return caller;
        }

        var isStaff = caller.HomeTenantId == Tenant.Platform && caller.Grants.Any(grant => grant.Scope == "/");
        return isStaff && await context.RequestServices.GetRequiredService<TenantDirectory>().ExistsAsync(wanted, context.RequestAborted)
            ? caller with { TenantId = wanted }
            : null;
    }

    private static Microsoft.AspNetCore.Mvc.ProblemDetails? Refuse(HttpContext context, Caller caller, string permission)
    {
        var resource = ResourceOf(context);
        var may = (resource, IsList(context, resource)) switch
        {
            (null, true) => caller.MaySomewhere(permission),
            (null, false) => caller.May(permission),
            _ => caller.MayOn(permission, resource),
        };
        return may ? null
            : resource is not null && caller.MaySomewhere(permission) ? Problems.NotFound()
            : Problems.Forbidden(permission);
    }

    private static bool IsList(HttpContext context, string? resource) => resource is null && HttpMethods.IsGet(context.Request.Method);

    // The two kinds of resources that a role can be scoped to.
    private static string? ResourceOf(HttpContext context)
    {
        var path = context.Request.Path.Value!.Split('/');
        return path is ["", "v1", "agent-instances" or "agents", var id, ..] ? $"{path[2]}/{id}" : null;
    }
}
