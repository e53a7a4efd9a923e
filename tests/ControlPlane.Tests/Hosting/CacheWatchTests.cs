using System.Diagnostics;
using ControlPlane.Hosting;
using ControlPlane.Sealing;
using ControlPlane.Tests.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace ControlPlane.Tests.Hosting;

/// <summary>What a second node remembers, with a clock and a way to the database of its own.</summary>
public sealed class CacheWatchTests : AppTest
{
    private const string LongAgo = "now() - interval '1 hour'";
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly DatabaseProxy _way;
    private readonly NpgsqlDataSource _database;

    public CacheWatchTests(App app) : base(app)
    {
        _way = new(app.Connection);
        _database = NpgsqlDataSource.Create(_way.Connection);
    }

    [Fact]
    public async Task an_opened_key_serves_while_the_watch_sees_no_change_and_for_seconds_without_the_watch()
    {
        using var ring = await RingAsync();
        var stored = await ring.SealAsync(Tenant, "words", Cancellation);

        await PassAsync(ring.RefreshAsync);
        _way.Close();

        ring.Open(stored).ShouldBe("words");
        _time.Advance(TimeSpan.FromSeconds(4));
        Should.Throw<NpgsqlException>(() => ring.Open(stored));
    }

    [Fact]
    public async Task a_key_that_is_quarantined_elsewhere_opens_nothing_after_the_next_look()
    {
        using var ring = await RingAsync();
        var stored = await ring.SealAsync(Tenant, "words", Cancellation);
        await QuarantineAsync("now()");

        ring.Open(stored).ShouldBe("words");
        await ring.RefreshAsync(Cancellation);
        ring.Open(stored).ShouldBe(Personal.Quarantined);
    }

    [Fact]
    public async Task a_watch_that_was_interrupted_forgets_all_for_it_can_not_know_what_it_missed()
    {
        using var ring = await RingAsync();
        var stored = await ring.SealAsync(Tenant, "words", Cancellation);
        await QuarantineAsync(LongAgo);

        _time.Advance(TimeSpan.FromSeconds(4));
        await ring.RefreshAsync(Cancellation);
        ring.Open(stored).ShouldBe(Personal.Quarantined);
    }

    [Fact]
    public async Task the_service_watches_a_quarantined_key_opens_nothing_five_seconds_later()
    {
        var ring = App.Host.Services.GetRequiredService<KeyRing>();
        var stored = await ring.SealAsync(Tenant, "words", Cancellation);
        await QuarantineAsync("now()");
        var began = Stopwatch.GetTimestamp();

        await Until.TrueAsync(() => ring.Open(stored) == Personal.Quarantined);
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task a_token_is_remembered_while_the_watch_sees_no_change_and_for_seconds_without_the_watch()
    {
        var checks = await ChecksAsync();
        (await checks.CheckAsync(Owner, Cancellation)).ShouldNotBeNull();

        await PassAsync(checks.RefreshAsync);
        _way.Close();
        (await checks.CheckAsync(Owner, Cancellation))!.PrincipalId.ShouldBe(Me);
        _time.Advance(TimeSpan.FromSeconds(4));
        await Should.ThrowAsync<NpgsqlException>(async () => await checks.CheckAsync(Owner, Cancellation));
    }

    [Fact]
    public async Task a_token_that_is_revoked_elsewhere_ends_with_the_next_look()
    {
        var checks = await ChecksAsync();
        var caller = await checks.CheckAsync(Owner, Cancellation);
        (await Send(HttpMethod.Delete, $"/v1/auth/tokens/{caller!.TokenId}")).Status.ShouldBe(204);

        (await checks.CheckAsync(Owner, Cancellation)).ShouldNotBeNull();
        await checks.RefreshAsync(Cancellation);
        (await checks.CheckAsync(Owner, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task a_tenant_whose_tier_changes_elsewhere_has_it_with_the_next_look()
    {
        await ExecuteAsync($"update controlplane.mt_doc_tenant set mt_last_modified = {LongAgo} where id = '{Tenant}'");
        var tenants = new TenantDirectory(App.Store, _database, _time);
        await tenants.RefreshAsync(Cancellation);
        var before = await tenants.TierOfAsync(Tenant, Cancellation);
        await ExecuteAsync($$"""update controlplane.mt_doc_tenant set data = data || '{"tier":"Squad"}', mt_last_modified = now() where id = '{{Tenant}}'""");

        (await tenants.TierOfAsync(Tenant, Cancellation)).ShouldBe(before);
        await tenants.RefreshAsync(Cancellation);
        (await tenants.TierOfAsync(Tenant, Cancellation)).ShouldBe(ControlPlane.Tenants.Tier.Squad);
        before.ShouldNotBe(ControlPlane.Tenants.Tier.Squad);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<KeyRing> RingAsync()
    {
        await ExecuteAsync($"update controlplane.tenant_keys set changed_at = {LongAgo} where tenant_id = '{Tenant}'");
        await App.Host.Services.GetRequiredService<KeyRing>().SealAsync(Tenant, "first", Cancellation);
        await ExecuteAsync($"update controlplane.subject_keys set changed_at = {LongAgo} where tenant_id = '{Tenant}'");
        var ring = new KeyRing(_database, App.Host.Services.GetRequiredService<MasterKeys>(), _time);
        await ring.RefreshAsync(Cancellation);
        return ring;
    }

    private async Task<TokenChecks> ChecksAsync()
    {
        await ExecuteAsync($"update controlplane.mt_doc_principal set mt_last_modified = {LongAgo} where id = '{Me}'");
        var checks = new TokenChecks(App.Store, _database, _time);
        await checks.RefreshAsync(Cancellation);
        return checks;
    }

    private async Task PassAsync(Func<CancellationToken, Task> refresh)
    {
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromSeconds(45); passed += TimeSpan.FromSeconds(3))
        {
            _time.Advance(TimeSpan.FromSeconds(3));
            await refresh(Cancellation);
        }
    }

    private Task QuarantineAsync(string at) =>
        ExecuteAsync($"update controlplane.tenant_keys set state = 'quarantined', changed_at = {at} where tenant_id = '{Tenant}'");

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(App.Connection);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
