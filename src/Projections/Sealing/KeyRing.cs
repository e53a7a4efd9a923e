using System.Collections.Concurrent;
using System.Security.Cryptography;
using ControlPlane.Storage;
using Npgsql;

namespace ControlPlane.Sealing;

/// <summary>
/// The keys of all tenants: key-encryption key → tenant key → subject key. Opened keys are remembered for minutes while
/// <see cref="RefreshAsync"/> is called every second or so, for seconds otherwise, so that a key that is quarantined or destroyed
/// opens nothing on any node five seconds later.
/// </summary>
public sealed class KeyRing(NpgsqlDataSource database, MasterKeys masters, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan CacheFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TrustFor = TimeSpan.FromSeconds(4);

    // A change is stamped when its transaction begins and seen when it ends.
    private static readonly TimeSpan LookBack = TimeSpan.FromSeconds(20);
    private const string Departure = "~departure~";
    private readonly ConcurrentDictionary<string, SubjectKey> _byId = new();
    private readonly ConcurrentDictionary<(string Tenant, string Subject), string> _ids = new();
    private long _refreshedAt = long.MinValue;

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
    public ValueTask<string> SealAsync(string tenant, string words, CancellationToken cancellation) => SealAsync(tenant, tenant, words, cancellation);

    /// <summary>The same about one person, with whose key it goes.</summary>
    public async ValueTask<string> SealAsync(string tenant, string subject, string words, CancellationToken cancellation) =>
        (await KeyForAsync(tenant, subject, cancellation)).Seal(words);

    /// <summary>HMAC-SHA-256 under a key of the tenant: the value can be looked up, but not guessed without the key.</summary>
    public async ValueTask<string> HashAsync(string tenant, string value, CancellationToken cancellation) =>
        (await KeyForAsync(tenant, tenant, cancellation)).Hash(value);

    /// <summary>A key of the tenant for one purpose (HKDF, RFC 5869): it goes when the tenant's keys go.</summary>
    public async ValueTask<byte[]> DeriveAsync(string tenant, string purpose, CancellationToken cancellation) =>
        (await KeyForAsync(tenant, tenant, cancellation)).Derive(purpose);

    /// <summary>
    /// Seals a copy of a tenant's text under the departure key of one of its deletions: it still opens when the tenant's own keys
    /// are quarantined, and goes with them.
    /// </summary>
    public async ValueTask<Personal> SealForDepartureAsync(string tenant, string operationId, string words, CancellationToken cancellation)
    {
        var ring = DepartureOf(tenant, operationId);
        return Personal.FromStore((await KeyForAsync(ring, ring, cancellation)).Seal(words), this);
    }

    /// <summary>The name of the key ring of one deletion of a tenant.</summary>
    public static string DepartureOf(string tenant, string operationId) => $"{tenant}{Departure}{operationId}";

    /// <summary>The key that a value is sealed under.</summary>
    internal static string KeyIdOf(string sealedForm) => sealedForm.Split('|')[1];

    /// <summary>The tenant a sealed value belongs to, or null when its key is destroyed.</summary>
    internal string? TenantOf(string sealedForm)
    {
        var keyId = KeyIdOf(sealedForm);
        return (Cached(keyId) ?? Load(keyId))?.Tenant.Split(Departure)[0];
    }

    /// <summary>The key that seals what is new about a subject; made when the subject is new.</summary>
    internal async ValueTask<SubjectKey> KeyForAsync(string tenant, string subject, CancellationToken cancellation)
    {
        if (_ids.TryGetValue((tenant, subject), out var id) && Cached(id) is { } cached)
        {
            return cached;
        }

        var asked = time.GetTimestamp();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var found = await KeyRows.FindAsync(connection, tenant, subject, cancellation)
            ?? await CreateAsync(connection, tenant, subject, cancellation);
        return Remember(found, asked);
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

    /// <summary>Wraps every tenant key under the active key-encryption key; gives how many were under another.</summary>
    public async Task<int> RewrapAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var count = 0;
        foreach (var (tenant, wrapped) in await KeyRows.TenantsAsync(connection, cancellation))
        {
            if (MasterKeys.NameIn(wrapped) == masters.Active)
            {
                continue;
            }

            var key = masters.Unwrap(wrapped, tenant);
            count += await KeyRows.RewrapTenantAsync(connection, tenant, wrapped, masters.Wrap(key, tenant), cancellation);
            CryptographicOperations.ZeroMemory(key);
        }

        return count;
    }

    /// <summary>The same as a statement of a transaction, with tenant and subject as parameters; call <see cref="Forget"/> after it.</summary>
    public const string Destruction =
        "update controlplane.subject_keys set wrapped = null, changed_at = now() where tenant_id = ? and subject = ? and wrapped is not null";

    /// <summary>As statements of a transaction, with the tenant, or the name of a departure's ring, as parameter; call <see cref="Forget"/> after them.</summary>
    public const string Quarantine = "update controlplane.tenant_keys set state = 'quarantined', changed_at = now() where tenant_id = ? and state = 'active'";

    /// <inheritdoc cref="Quarantine"/>
    public const string Release = "update controlplane.tenant_keys set state = 'active', changed_at = now() where tenant_id = ? and state = 'quarantined'";

    /// <summary>Destroys a whole key ring: nothing that was sealed under any of its keys can be opened again.</summary>
    public const string DestructionOfAll =
        "update controlplane.tenant_keys set wrapped = null, state = 'destroyed', changed_at = now() where tenant_id = ? and state <> 'destroyed'";

    /// <summary>The same of the keys below it, which nothing can unwrap any more.</summary>
    public const string DestructionOfSubjects =
        "update controlplane.subject_keys set wrapped = null, changed_at = now() where tenant_id = ? and wrapped is not null";

    /// <summary>Drops what has changed in the database; what is left is good for another few seconds.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var changed = await KeyRows.ChangedAsync(connection, LookBack, cancellation);
        var isUnbroken = IsTrusted(_refreshedAt);
        foreach (var key in _byId.Values.Where(key => !isUnbroken || changed.Contains(key.Tenant) || changed.Contains(key.Id) || HasAged(key)))
        {
            _byId.TryRemove(key.Id, out _);
            _ids.TryRemove((key.Tenant, key.Subject), out _);
        }

        Volatile.Write(ref _refreshedAt, asked);
    }

    /// <summary>Drops every opened key of a tenant, so that the next use sees its present state.</summary>
    public void Forget(string tenant)
    {
        foreach (var key in _byId.Values.Where(key => key.Tenant.Split(Departure)[0] == tenant))
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
        _byId.TryGetValue(keyId, out var key) && !HasAged(key) && (IsTrusted(key.OpenedAt) || IsTrusted(Volatile.Read(ref _refreshedAt))) ? key : null;

    private bool HasAged(SubjectKey key) => time.GetElapsedTime(key.OpenedAt) > CacheFor;

    private bool IsTrusted(long since) => since != long.MinValue && time.GetElapsedTime(since) < TrustFor;

    private SubjectKey? Load(string keyId)
    {
        var asked = time.GetTimestamp();
        using var connection = database.OpenConnection();
        return KeyRows.Find(connection, keyId) is { } row ? Remember(row, asked) : null;
    }

    private SubjectKey Remember(KeyRow row, long asked)
    {
        var tenantKey = masters.Unwrap(row.TenantWrapped, row.Tenant);
        var key = new SubjectKey(
            row.Id, row.Tenant, row.Subject, MasterKeys.Unwrap(tenantKey, row.Wrapped.AsSpan(1), row.Id), row.State, asked);
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
