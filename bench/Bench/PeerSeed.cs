using System.Text.Json;
using ControlPlane.Iam;
using Npgsql;
using NpgsqlTypes;

namespace Bench;

/// <summary>Gives the peers the same customers, tokens and instances.</summary>
public static class PeerSeed
{
    public static async Task FillAsync(Place place, Tenants tenants)
    {
        await place.ExecuteAsync("plain", place.PeersSchema);
        await place.ExecuteAsync("common", place.PeersSchema);
        foreach (var database in new[] { "plain", "common" })
        {
            await using var connection = new NpgsqlConnection(place.Connection(database));
            await connection.OpenAsync();
            await CopyTokensAsync(connection, [.. tenants.All, tenants.Large]);
            await CopyInstancesAsync(connection, [.. tenants.All, tenants.Large]);
        }
    }

    private static async Task CopyTokensAsync(NpgsqlConnection connection, IEnumerable<Customer> customers)
    {
        string[] permissions = [.. Roles.PermissionsOf(Roles.Owner)];
        await using var copy = await connection.BeginBinaryImportAsync("copy token (hash, tenant, principal, permissions, expires_at) from stdin (format binary)");
        foreach (var customer in customers)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(TokenFormat.HashOf(customer.Token));
            await copy.WriteAsync(customer.Tenant);
            await copy.WriteAsync(customer.Principal);
            await copy.WriteAsync(permissions, NpgsqlDbType.Array | NpgsqlDbType.Text);
            await copy.WriteAsync(TimeProvider.System.GetUtcNow().AddDays(1), NpgsqlDbType.TimestampTz);
        }

        await copy.CompleteAsync();
    }

    private static async Task CopyInstancesAsync(NpgsqlConnection connection, IEnumerable<Customer> customers)
    {
        await using var copy = await connection.BeginBinaryImportAsync("copy instance (tenant, id, name, data) from stdin (format binary)");
        foreach (var customer in customers)
        {
            foreach (var (id, i) in customer.Instances.Select((id, i) => (id, i)))
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(customer.Tenant);
                await copy.WriteAsync(id);
                await copy.WriteAsync($"seed {i}");
                await copy.WriteAsync(Json(id, $"seed {i}", customer.Principal), NpgsqlDbType.Jsonb);
            }
        }

        await copy.CompleteAsync();
    }

    public static string Json(string id, string name, string owner)
    {
        var now = TimeProvider.System.GetUtcNow();
        return JsonSerializer.Serialize(new
        {
            id,
            displayName = name,
            state = "draft",
            blueprintRef = "telegram-assistant@2",
            planRef = "solo@2",
            region = "eu-central",
            ownerPrincipalId = owner,
            generation = 1,
            labels = new { },
            runtimePhase = "not_provisioned",
            createdAt = now,
            updatedAt = now,
            config = new { language = "en", model = new { provider = "openai", name = "gpt-5-mini", temperature = 0.7 }, runtime = new { memoryMb = 512, idleMinutes = 30 } },
        });
    }
}
