using ControlPlane.Hosting;
using ControlPlane.Sealing;
using ControlPlane.Tenants;
using JasperFx.CommandLine;
using JasperFx.Resources;
using Marten;

namespace ControlPlane.Iam;

public sealed class BootstrapInput : NetCoreInput
{
    [Description("File to write the tokens to, as NAME=token lines; tokens in it that still work are kept")]
    public string? EnvFlag { get; set; }
}

/// <summary>Makes the platform's tenant, its owner and the service principals, and mints a token for each. Repeating it adds only what is missing.</summary>
[Description("Make the platform's tenant, owner and service principals, and mint their tokens", Name = "bootstrap")]
public sealed class BootstrapCommand : JasperFxAsyncCommand<BootstrapInput>
{
    /// <summary>The principal that runtimes report as, by REST and by queue.</summary>
    public const string Runtimes = "prn_00000000000070008000000000000002";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    private static readonly Seat[] Seats =
    [
        new("CONTROLPLANE_PLATFORM_TOKEN", "prn_00000000000070008000000000000001", PrincipalType.User, "Platform owner", Roles.Owner, []),
        new("CONTROLPLANE_RUNTIME_TOKEN", Runtimes, PrincipalType.Service, "Runtimes", null, ["runtime:report", "runtime:redeem", "mcp:read"]),
        new("CONTROLPLANE_MANAGER_BOT_TOKEN", "prn_00000000000070008000000000000003", PrincipalType.Service, "Manager bot", null, ["manager-bot:use"]),
    ];

    public override async Task<bool> Execute(BootstrapInput input)
    {
        using var host = input.BuildHost();
        if (!host.Services.GetRequiredService<IHostEnvironment>().IsProduction())
        {
            await host.SetupResources();
        }

        var tokens = await RunAsync(host.Services, Existing(input.EnvFlag), CancellationToken.None);
        var lines = tokens.Select(token => $"{token.Key}={token.Value}");
        if (input.EnvFlag is { } file)
        {
            await WriteAsync(file, lines);
        }
        else
        {
            Console.WriteLine(string.Join('\n', lines));
        }

        return true;
    }

    /// <summary>Adds what is missing and gives a working token for every seat.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> RunAsync(
        IServiceProvider services, IReadOnlyDictionary<string, string> existing, CancellationToken cancellation)
    {
        var store = services.GetRequiredService<IDocumentStore>();
        var checks = services.GetRequiredService<TokenChecks>();
        var ring = services.GetRequiredService<KeyRing>();
        var expiresAt = services.GetRequiredService<TimeProvider>().GetUtcNow() + Lifetime;
        await using var session = store.LightweightSession(Tenant.Platform);
        if (await session.LoadAsync<Tenant>(Tenant.Platform, cancellation) is null)
        {
            session.Events.StartStream<Tenant>(
                Tenant.Platform, new TenantCreated(new Personal("Platform"), "FR", "en", "none", "none", false, Seats[0].PrincipalId));
        }

        var tokens = new Dictionary<string, string>();
        foreach (var seat in Seats)
        {
            if (existing.TryGetValue(seat.Name, out var known) && await checks.CheckAsync(known, cancellation) is not null)
            {
                tokens[seat.Name] = known;
                continue;
            }

            var minted = Minted.For(Tenant.Platform, seat.PrincipalId, new Personal("bootstrap"), [], expiresAt, seat.PrincipalId);
            if (await session.LoadAsync<Principal>(seat.PrincipalId, cancellation) is { } seated)
            {
                session.Events.Append(seated.Id, seated.Version + 1, minted.Event);
            }
            else
            {
                session.Events.StartStream<Principal>(seat.PrincipalId, [.. seat.Events(), minted.Event]);
                session.Insert(new PrincipalSubject(
                    await Subjects.KeyAsync(ring, Tenant.Platform, seat.Type, seat.DisplayName, cancellation), seat.PrincipalId));
            }

            session.Store(minted.LookUp);
            tokens[seat.Name] = minted.Secret;
        }

        await session.SaveChangesAsync(cancellation);
        return tokens;
    }

    private static Dictionary<string, string> Existing(string? file) => file is null || !File.Exists(file) ? [] : File.ReadAllLines(file)
        .Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);

    private static async Task WriteAsync(string file, IEnumerable<string> lines)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(file, options);
        foreach (var line in lines)
        {
            await writer.WriteLineAsync(line);
        }
    }

    private sealed record Seat(string Name, string PrincipalId, PrincipalType Type, string DisplayName, string? Role, string[] Permissions)
    {
        public IEnumerable<object> Events()
        {
            yield return new PrincipalCreated(Type, new Personal(DisplayName), new Personal(DisplayName), null, PrincipalId);
            if (Role is not null)
            {
                yield return new RoleGranted(ControlPlane.Storage.Ids.New("ras"), Role, "/", null, GrantedVia.Bootstrap, PrincipalId);
            }

            if (Permissions.Length > 0)
            {
                yield return new PermissionsGranted(Permissions, PrincipalId);
            }
        }
    }
}
