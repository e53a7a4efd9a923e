using System.Collections.Immutable;
using System.Text;
using ControlPlane.Iam;
using ControlPlane.Storage;
using Marten;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>
/// Turns a presented token into a <see cref="Caller"/>. What it finds is remembered for a minute while <see cref="RefreshAsync"/>
/// is called every second or so, for seconds otherwise; a revocation drops it at once on this node, and within seconds on every other.
/// </summary>
public sealed class TokenChecks(IDocumentStore store, NpgsqlDataSource database, TimeProvider time)
{
    // One round trip: the holder of the secret, with everything he holds now.
    private const string Find =
        $"""
        select s.data, p.data from {StoreModel.Schema}.mt_doc_tokensecret s
        join {StoreModel.Schema}.mt_doc_principal p on p.tenant_id = s.data ->> 'tenantId' and p.id = s.data ->> 'principalId'
        where s.id = $1
        """;

    private readonly WatchedMemory<Holder> _holders = new(time, holder => holder.Principal.Id);

    public async ValueTask<Caller?> CheckAsync(string? token, CancellationToken cancellation) =>
        token is not null && TokenFormat.IsWellFormed(token) && await _holders.GetAsync(TokenFormat.HashOf(token), FindAsync, cancellation) is { } holder
            ? holder.At(time.GetUtcNow())
            : null;

    /// <summary>Forgets what was remembered of a principal's tokens.</summary>
    public void Forget(string principalId) => _holders.Forget(principalId);

    /// <summary>Forgets what has changed in the database; what is left is good for another few seconds.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        _holders.Watched(asked, await database.ChangedAsync("principal", cancellation));
    }

    private async Task<Holder?> FindAsync(string hash, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Find);
        command.Parameters.Add(new() { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new Holder(Read<TokenSecret>(reader, 0), Read<Principal>(reader, 1)) : null;
    }

    private T Read<T>(NpgsqlDataReader reader, int column) =>
        store.Options.Serializer().FromJson<T>(new MemoryStream(Encoding.UTF8.GetBytes(reader.GetString(column))));

    private sealed record Holder(TokenSecret Secret, Principal Principal)
    {
        private Known? _last;

        /// <summary>The caller as of now, or null when secret, token or principal has ended.</summary>
        public Caller? At(DateTimeOffset now)
        {
            if (_last is { } last && now < last.Until)
            {
                return last.Caller;
            }

            if (Principal.RevokedAt is not null || Principal.Tokens.FirstOrDefault(token => token.Id == Secret.TokenId) is not { } token
                || token.ExpiresAt <= now || Secret.ValidUntil <= now || Principal.NotAfter <= now)
            {
                return null;
            }

            var endsAt = new[] { token.ExpiresAt, Secret.ValidUntil, Principal.NotAfter ?? DateTimeOffset.MaxValue }.Min();
            var caller = new Caller(Principal.Id, token.Id, Secret.TenantId, Secret.TenantId, [.. Principal.GrantsAt(now)
                .Select(grant => grant with { Permissions = Within(token, grant.Permissions) })
                .Where(grant => grant.Permissions.Count > 0)])
            {
                Credential = new(Principal.Type, token.Scopes, endsAt, token.Audience, token.IpAllow),
            };
            _last = new(caller, Principal.Assignments.Select(assignment => assignment.ExpiresAt).Where(end => end > now).Append(endsAt).Min()!.Value);
            return caller;
        }

        // One reference, for requests read and replace it side by side.
        private sealed record Known(Caller Caller, DateTimeOffset Until);

        private static ImmutableHashSet<string> Within(HeldToken token, ImmutableHashSet<string> held) =>
            token.Scopes.IsEmpty ? held : held.Intersect(token.Scopes);
    }
}
