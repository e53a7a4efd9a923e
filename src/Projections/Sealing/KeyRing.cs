using System.Collections.Concurrent;
using System.Security.Cryptography;
using ControlPlane.Storage;
using Npgsql;

namespace ControlPlane.Sealing;

/// <summary>
/// The keys of all tenants: key-encryption key → tenant key → subject key. Opened keys are remembered for seconds, so that a key
/// that is quarantined or destroyed opens nothing on any node five seconds later.
/// </summary>
public sealed class KeyRing(NpgsqlDataSource database, MasterKeys masters, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan CacheFor = TimeSpan.FromSeconds(4);
    private readonly ConcurrentDictionary<string, SubjectKey> _byId = new();
    private readonly ConcurrentDictionary<(string Tenant, string Subject), string> _ids = new();

    /// <summary>Opens a stored value; the two placeholders of <see cref="Personal"/> tell that its key no longer does.</summary>
    public string Open(string sealedForm)
    {
        var parts = sealedForm.Split('|');
        if (parts is not ["v1", var keyId, _, _, _])
        {
            throw new InvalidOperationException("A personal field holds something that was never sealed");
        }

        var key = Cached(keyId) ?? Load(keyId);
        return key switch
        {
            null => Personal.Erased,
            { State: KeyState.Quarantined } => Personal.Quarantined,
            _ => key.Open(parts),
        };
    }

    /// <summary>Seals a text that is the tenant's own and is kept outside events and documents.</summary>
    public async ValueTask<string> SealAsync(string tenant, string words, CancellationToken cancellation) =>
        (await KeyForAsync(tenant, tenant, cancellation)).Seal(words);

    /// <summary>HMAC-SHA-256 under a key of the tenant: the value can be looked up, but not guessed without the key.</summary>
    public async ValueTask<string> HashAsync(string tenant, string value, CancellationToken cancellation) =>
        (await KeyForAsync(tenant, tenant, cancellation)).Hash(value);

    /// <summary>A key of the tenant for one purpose (HKDF, RFC 5869): it goes when the tenant's keys go.</summary>
    public async ValueTask<byte[]> DeriveAsync(string tenant, string purpose, CancellationToken cancellation) =>
        (await KeyForAsync(tenant, tenant, cancellation)).Derive(purpose);

    /// <summary>The tenant a sealed value belongs to, or null when its key is destroyed.</summary>
    internal string? TenantOf(string sealedForm)
    {
        var keyId = sealedForm.Split('|')[1];
        return (Cached(keyId) ?? Load(keyId))?.Tenant;
    }

    /// <summary>The key that seals what is new about a subject; made when the subject is new.</summary>
    internal async ValueTask<SubjectKey> KeyForAsync(string tenant, string subject, CancellationToken cancellation)
    {
        if (_ids.TryGetValue((tenant, subject), out var id) && Cached(id) is { } cached)
        {
            return cached;
        }

        await using var connection = await database.OpenConnectionAsync(cancellation);
        var found = await KeyRows.FindAsync(connection, tenant, subject, cancellation)
            ?? await CreateAsync(connection, tenant, subject, cancellation);
        return Remember(found);
    }

    /// <summary>Destroys the key of one subject: what it has sealed reads as erased from here on, and within seconds on every other node.</summary>
    public async Task DestroyAsync(string tenant, string subject, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await KeyRows.DestroyAsync(connection, tenant, subject, cancellation);
        if (_ids.TryRemove((tenant, subject), out var id))
        {
            _byId.TryRemove(id, out _);
        }
    }

    /// <summary>Drops every opened key of a tenant, so that the next use sees its present state.</summary>
    public void Forget(string tenant)
    {
        foreach (var key in _byId.Values.Where(key => key.Tenant == tenant))
        {
            _byId.TryRemove(key.Id, out _);
        }
    }

    public void Dispose()
    {
        foreach (var key in _byId.Values)
        {
            key.Dispose();
        }
    }

    private SubjectKey? Cached(string keyId) =>
        _byId.TryGetValue(keyId, out var key) && time.GetElapsedTime(key.OpenedAt) < CacheFor ? key : null;

    private SubjectKey? Load(string keyId)
    {
        using var connection = database.OpenConnection();
        return KeyRows.Find(connection, keyId) is { } row ? Remember(row) : null;
    }

    private SubjectKey Remember(KeyRow row)
    {
        var tenantKey = masters.Unwrap(row.TenantWrapped, row.Tenant);
        var key = new SubjectKey(
            row.Id, row.Tenant, row.Subject, MasterKeys.Unwrap(tenantKey, row.Wrapped.AsSpan(1), row.Id), row.State, time.GetTimestamp());
        CryptographicOperations.ZeroMemory(tenantKey);
        _ids[(row.Tenant, row.Subject)] = row.Id;
        return _byId[row.Id] = key;
    }

    private async Task<KeyRow> CreateAsync(NpgsqlConnection connection, string tenant, string subject, CancellationToken cancellation)
    {
        var row = await TenantKeyAsync(connection, tenant, cancellation);
        var tenantKey = masters.Unwrap(row.Wrapped, tenant);
        var id = Ids.New("key");
        await KeyRows.InsertAsync(
            connection, id, tenant, subject, MasterKeys.Wrap(tenantKey, "", RandomNumberGenerator.GetBytes(32), id), cancellation);
        CryptographicOperations.ZeroMemory(tenantKey);
        return await KeyRows.FindAsync(connection, tenant, subject, cancellation)
            ?? throw new InvalidOperationException($"The keys of {tenant} are destroyed: nothing can be sealed for it any more");
    }

    private async Task<(byte[] Wrapped, KeyState State)> TenantKeyAsync(
        NpgsqlConnection connection, string tenant, CancellationToken cancellation)
    {
        var found = await KeyRows.FindTenantAsync(connection, tenant, cancellation);
        if (found is null)
        {
            var key = RandomNumberGenerator.GetBytes(32);
            await KeyRows.InsertTenantAsync(connection, tenant, masters.Wrap(key, tenant), cancellation);
            CryptographicOperations.ZeroMemory(key);
            found = await KeyRows.FindTenantAsync(connection, tenant, cancellation);
        }

        return found is { State: not KeyState.Destroyed, Wrapped: { } wrapped }
            ? (wrapped, found.Value.State)
            : throw new InvalidOperationException($"The keys of {tenant} are destroyed: nothing can be sealed for it any more");
    }
}
