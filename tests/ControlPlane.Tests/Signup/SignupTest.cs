using System.Text.RegularExpressions;
using ControlPlane.Billing;
using ControlPlane.Signup;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OutsideWorld;
using OutsideWorld.Faults;
using OutsideWorld.Traffic;

namespace ControlPlane.Tests.Signup;

/// <summary>Somebody with an address of his own signs up.</summary>
public abstract partial class SignupTest(App app) : AppTest(app)
{
    protected string Email { get; } = $"ada-{Guid.CreateVersion7():N}@example.org";

    protected IDocumentStore Store => App.Host.Services.GetRequiredService<IDocumentStore>();

    protected Task<Reply> Start(string? email = null, string locale = "en", string name = "Ada", string? offerRef = null) => Post(
        "/v1/auth/signup",
        new { email = email ?? Email, displayName = name, country = "FR", locale, termsVersion = "2026-06", privacyVersion = "2026-06", offerRef },
        token: null);

    protected Task<Reply> Verify(string? signupId, string code) => Post("/v1/auth/signup/verifications", new { signupId, code }, token: null);

    /// <summary>Signs up and waits for the letter.</summary>
    protected async Task<(string Id, string Code)> Started(string? email = null)
    {
        var id = (await Start(email)).Text("signupId")!;
        return (id, CodeIn(await Letter(id)));
    }

    /// <summary>Signs up and proves the address.</summary>
    protected async Task<Reply> Proven(string? email = null)
    {
        var (id, code) = await Started(email);
        return await Verify(id, code);
    }

    /// <summary>The letter of a signup, once Postmark has taken it.</summary>
    protected Task<Exchange> Letter(string signupId) => Seen("postmark", $"{signupId}:code", letter => letter is { Method: "POST", Status: 200 });

    /// <summary>What a provider has received, once it has.</summary>
    protected Task<Exchange> Seen(string provider, string contains, Func<Exchange, bool> fits) =>
        App.Outside.ExpectAsync(provider, contains, fits, TestContext.Current.CancellationToken);

    protected static string CodeIn(Exchange letter) => Codes().Matches((string)letter.Body!["TextBody"]!).ShouldHaveSingleItem().Value;

    protected async Task<IReadOnlyList<Exchange>> Letters(string contains) =>
        [.. (await App.Outside.LogAsync("postmark", contains, cancel: TestContext.Current.CancellationToken)).Where(letter => letter.Method == "POST")];

    protected static string Wrong(string code) => $"{(code[0] == '9' ? '0' : code[0] + 1 - '0')}{code[1..]}";

    protected Task Fails(string provider, string path, string contains, FaultKind kind, FaultMoment when, int? status = null, int times = 1) =>
        App.Outside.AddFaultAsync(provider, new() { Match = new(path, "POST", contains), Kind = kind, When = when, Status = status, Times = times });

    protected async Task<PendingSignup> Pending(string signupId)
    {
        await using var session = Store.QuerySession("platform");
        return (await session.LoadAsync<PendingSignup>(signupId, TestContext.Current.CancellationToken))!;
    }

    /// <summary>The tenant's account, once it is as awaited.</summary>
    protected Task<BillingAccount> Account(string tenant, Func<BillingAccount, bool> fits) => SandboxClient.UntilAsync(
        async () =>
        {
            await using var session = Store.QuerySession(tenant);
            return (await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(tenant), TestContext.Current.CancellationToken))!;
        },
        fits, $"The account of {tenant} never was as awaited", TestContext.Current.CancellationToken);

    /// <summary>Asks the database until there is an answer.</summary>
    protected async Task<object> Found(string sql, string parameter)
    {
        await using var database = NpgsqlDataSource.Create(App.Connection);
        return (await SandboxClient.UntilAsync(
            async () =>
            {
                await using var look = database.CreateCommand(sql);
                look.Parameters.Add(new() { Value = parameter });
                return await look.ExecuteScalarAsync(TestContext.Current.CancellationToken);
            },
            found => found is not null, $"The database never answered {sql}", TestContext.Current.CancellationToken))!;
    }

    // As the tour and other programs look for it.
    [GeneratedRegex("(?<![0-9A-Za-z])[0-9]{6,10}(?![0-9A-Za-z])")]
    private static partial Regex Codes();
}
