using ControlPlane.Sealing;
using JasperFx.CommandLine;

namespace ControlPlane.Hosting;

public sealed class KeysInput : NetCoreInput
{
    [Description("rotate: make fresh keys and use them from now on")]
    public string Action { get; set; } = "";

    [Description("Only the key that seals and certificates are signed with"), FlagAlias("signing", true)]
    public bool SigningFlag { get; set; }

    [Description("Only the key-encryption key; every tenant's key is wrapped anew under it"), FlagAlias("sealing", true)]
    public bool SealingFlag { get; set; }
}

/// <summary>Makes fresh keys in the key files. What was signed or sealed before stays valid, and no node has to be restarted.</summary>
[Description("Rotate the signing key and the key-encryption key, and wrap the tenants' keys anew", Name = "keys")]
public sealed class KeysCommand : JasperFxAsyncCommand<KeysInput>
{
    public KeysCommand() => Usage("Rotate keys").Arguments(input => input.Action);

    public override async Task<bool> Execute(KeysInput input)
    {
        if (input.Action != "rotate")
        {
            Console.Error.WriteLine($"There is no keys {input.Action}: keys rotate is expected");
            return false;
        }

        using var host = input.BuildHost();
        if (input.SigningFlag || !input.SealingFlag)
        {
            var keys = SigningKeys.Rotate(SigningKeys.PathOf(host.Services.GetRequiredService<IConfiguration>()));
            Console.WriteLine($"Signing with {keys.Active}; {keys.Keys.Count - 1} older key(s) still published");
        }

        if (input.SealingFlag || !input.SigningFlag)
        {
            var masters = host.Services.GetRequiredService<MasterKeys>();
            masters.Rotate();
            var count = await host.Services.GetRequiredService<KeyRing>().RewrapAsync(CancellationToken.None);
            Console.WriteLine($"Wrapping under key-encryption key {masters.Active}; {count} tenant key(s) wrapped anew. Those before it are needed for older back-ups only");
        }

        return true;
    }
}
