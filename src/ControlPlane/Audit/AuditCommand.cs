using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using ControlPlane.Hosting;
using JasperFx.CommandLine;

namespace ControlPlane.Audit;

public sealed class AuditInput : NetCoreInput
{
    [Description("export: write the evidence of a tenant to a file; verify FILE: check such a file, without a database, a configuration or a network")]
    public string Action { get; set; } = "";

    [Description("export: whose evidence"), FlagAlias("tenant", 't')]
    public string? TenantFlag { get; set; }

    [Description("export: the file to write"), FlagAlias("out", 'o')]
    public string? OutFlag { get; set; }

    [Description("verify: the public keys to trust, as a JWKS file; those in the bundle where it is not given"), FlagAlias("keys", 'k')]
    public string? KeysFlag { get; set; }
}

/// <summary>Exports and verifies evidence bundles. <c>verify</c> runs before any host is built, so that it needs nothing but the file.</summary>
[Description("Export the evidence of a tenant, or verify such a file offline: audit export --tenant ID --out FILE, or audit verify FILE", Name = "audit")]
public sealed class AuditCommand : JasperFxAsyncCommand<AuditInput>
{
    private const int Sound = 0;
    private const int NotSound = 1;
    private const int NoBundle = 2;

    public AuditCommand() => Usage("Export or verify evidence").Arguments(input => input.Action);

    /// <summary>Whether the command line asks for a verification.</summary>
    public static bool IsVerification(string[] args) => args is ["audit", "verify", ..];

    /// <summary>Verifies a file and tells what came of it: 0 sound, 1 not sound, 2 no bundle.</summary>
    public static int Verify(string[] args, TextWriter output)
    {
        if (args is not (["audit", "verify", _] or ["audit", "verify", _, "--keys", _]))
        {
            output.WriteLine("audit verify FILE [--keys JWKS] is expected");
            return NoBundle;
        }

        try
        {
            var trusted = args.Length == 5 ? KeysIn(args[4]) : null;
            using var file = new FileStream(args[2], FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            var start = Stopwatch.GetTimestamp();
            var verified = BundleVerifier.Verify(file, trusted);
            Tell(verified, trusted is null, Stopwatch.GetElapsedTime(start), output);
            return verified.IsSound ? Sound : NotSound;
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException or JsonException or CryptographicException or FormatException)
        {
            output.WriteLine(error is InvalidDataException ? $"No bundle: {error.Message}" : error.Message);
            return NoBundle;
        }
    }

    public override async Task<bool> Execute(AuditInput input)
    {
        if (input is not { Action: "export", TenantFlag: { } tenant, OutFlag: { } path })
        {
            Console.Error.WriteLine("audit export --tenant ID --out FILE or audit verify FILE [--keys JWKS] is expected");
            return false;
        }

        using var host = input.BuildHost();
        var start = Stopwatch.GetTimestamp();
        if (await ActivatorUtilities.CreateInstance<BundleWriter>(host.Services).WriteAsync(tenant, path, CancellationToken.None) is not { } end)
        {
            Console.Error.WriteLine($"There is no tenant {tenant}");
            return false;
        }

        Console.WriteLine(FormattableString.Invariant(
            $"{path}: {end.Events} events of {end.Tenant} in {end.Seals} seals, {end.NotSealedYet} newer not sealed yet; {end.Events / Stopwatch.GetElapsedTime(start).TotalSeconds:0} events/s"));
        return true;
    }

    private static void Tell(Verification verified, bool isOwnKeys, TimeSpan took, TextWriter output)
    {
        output.WriteLine(verified.IsSound ? "Sound: every event is as it was sealed, and none is left out" : FormattableString.Invariant($"NOT SOUND: {verified.FaultCount} fault(s)"));
        foreach (var fault in verified.Faults)
        {
            output.WriteLine($"  {fault}");
        }

        if (verified.End is { } end)
        {
            output.WriteLine(FormattableString.Invariant($"{end.Tenant}, exported {end.ExportedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}: {end.Seals} seals, {end.Events} events, {end.NotSealedYet} newer not sealed yet"));
        }

        if (!verified.AreAllStreamsChecked)
        {
            output.WriteLine("There are more streams than were looked at for gaps in their versions; everything else was");
        }

        output.WriteLine(isOwnKeys ? "The keys are those in the bundle: compare them with the published ones, or give --keys" : "The keys are those that were given");
        output.WriteLine(FormattableString.Invariant($"{verified.Events} events and {verified.Seals} seals in {took.TotalSeconds:0.00} s, {verified.Events / took.TotalSeconds:0} events/s"));
    }

    // Whatever else a key set has (RFC 7517 §5), what counts are points of the curve, under the names that follow from them.
    private static PublicKeys KeysIn(string path)
    {
        try
        {
            using var read = JsonDocument.Parse(File.ReadAllBytes(path));
            var keys = read.RootElement.GetProperty("keys").EnumerateArray().Where(key => Text(key, "kty") == "EC" && Text(key, "crv") == "P-256")
                .Select(key => PublicKey.At(Text(key, "x"), Text(key, "y"))).OfType<PublicKey>().ToArray();
            return keys.Length > 0 ? new(keys) : throw new InvalidDataException($"{path} has no key of the curve P-256");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidDataException($"{path} is no key set (RFC 7517)");
        }

        static string Text(JsonElement key, string name) => key.TryGetProperty(name, out var member) ? member.GetString() ?? "" : "";
    }
}
