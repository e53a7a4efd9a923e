using ControlPlane.Sealing;
using JasperFx.CommandLine;

namespace ControlPlane.Hosting;

public sealed class KeysInput : NetCoreInput
{
    [Description("create: make the key files that are missing; rotate: make fresh keys and use them from now on")]
    public string Action { get; set; } = "";

    [Description("Only the key that seals and certificates are signed with"), FlagAlias("signing", true)]
    public bool SigningFlag { get; set; }

    [Description("Only the key-encryption key; every tenant's key is wrapped anew under it"), FlagAlias("sealing", true)]
    public bool SealingFlag { get; set; }
}

/// <summary>Makes keys in the key files. After a rotation, what was signed or sealed before stays valid, and no node has to be restarted.</summary>
[Description("Create the key files, or rotate the signing key and the key-encryption key and wrap the tenants' keys anew", Name = "keys")]
public sealed class KeysCommand : JasperFxAsyncCommand<KeysInput>
{
    public KeysCommand() => Usage("Create or rotate keys").Arguments(input => input.Action);

    /// <summary>Whether the command line asks for key files, without which no host can be built.</summary>
    public static bool IsCreation(string[] args) => args is ["keys", "create"];

    /// <summary>Makes the files that are missing; those that are there stay as they are.</summary>
    public static int Create(IConfiguration configuration)
    {
        var (sealing, signing) = (Storage.KeyFileOf(configuration), SigningKeys.PathOf(configuration));
        Console.WriteLine($"Sealing under {MasterKeys.Load(sealing, mayCreate: true).Active} of {sealing}, signing with {SigningKeys.Load(signing, mayCreate: true).Active} of {signing}");
        return 0;
    }

    public override async Task<bool> Execute(KeysInput input)
    {
        if (input.Action != "rotate")
        {
            Console.Error.WriteLine($"There is no keys {input.Action}: keys create or keys rotate is expected");
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
            Console.WriteLine($"Wrapping under key-encryption key {masters.Active}; {count} tenant key(s) wrapped anew. Keep those before it: back-ups need them, and nodes that have not met the new one yet");
        }

        return true;
    }
}
