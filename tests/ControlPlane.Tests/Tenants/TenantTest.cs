using System.Text.Json;
using ControlPlane.Tenants;
using ControlPlane.Tests.AgentInstances;
using ControlPlane.Tests.Bus;

namespace ControlPlane.Tests.Tenants;

/// <summary>A tenant of its own leaves.</summary>
public abstract class TenantTest(App app) : InstanceTest(app)
{
    protected string Here => $"/v1/tenants/{Tenant}";

    protected Task<Reply> Delete(object? body = null, string? token = "owner", string query = "", params (string, string)[] headers) =>
        Send(HttpMethod.Delete, Here + query, JsonSerializer.Serialize(body ?? new { reason = "customer", confirm = Tenant }), token, headers);

    protected Task<Reply> Restore(string? token = "owner", params (string, string)[] headers) => Post($"{Here}/restore", new { reason = "We changed our mind." }, token, headers);

    /// <summary>The tenant as it is stored.</summary>
    protected async Task<ControlPlane.Tenants.Tenant> Stored(string? tenant = null)
    {
        await using var session = App.Store.QuerySession(tenant ?? Tenant);
        return (await session.LoadAsync<ControlPlane.Tenants.Tenant>(tenant ?? Tenant, TestContext.Current.CancellationToken))!;
    }

    protected Task BecomesAsync(TenantState state) => Until.TrueAsync(async () => (await Stored()).State == state);

    /// <summary>Lets the grace be over, and waits for the end of the erasure.</summary>
    protected async Task Purge()
    {
        await Pull<PurgeTenant>();
        await BecomesAsync(TenantState.Purged);
    }

    /// <summary>The types of the events of the tenant's own stream, in order.</summary>
    protected async Task<string[]> Life()
    {
        await using var session = App.Store.QuerySession(Tenant);
        return [.. (await session.Events.FetchStreamAsync(Tenant, token: TestContext.Current.CancellationToken)).Select(stored => stored.EventTypeName.Split('.')[1])];
    }
}
