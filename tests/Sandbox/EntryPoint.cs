namespace OutsideWorld;

internal static class EntryPoint
{
    public static async Task Main(string[] args)
    {
        await using var sandbox = Sandbox.Create(args, LogLevel.Information);
        await sandbox.RunAsync();
    }
}
