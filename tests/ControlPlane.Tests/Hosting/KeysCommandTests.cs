using System.Diagnostics;

namespace ControlPlane.Tests.Hosting;

public class KeysCommandTests
{
    [Fact]
    public async Task a_production_host_gets_its_first_key_files_from_a_command_that_needs_nothing_and_changes_none_that_are_there()
    {
        var place = Path.Combine(Path.GetTempPath(), $"{Guid.CreateVersion7():N}");
        string[] files = [Path.Combine(place, "keys.json"), Path.Combine(place, "keys.signing.json")];

        (await CreateAsync(files[0])).ShouldBe(0);
        Directory.GetFiles(place).ShouldBe(files, ignoreOrder: true);
        var before = files.Select(File.ReadAllText).ToArray();
        (await CreateAsync(files[0])).ShouldBe(0);

        files.Select(File.ReadAllText).ShouldBe(before);
    }

    private static async Task<int> CreateAsync(string sealing)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "keys", "create"]) { WorkingDirectory = AppContext.BaseDirectory, RedirectStandardOutput = true };
        start.Environment["DOTNET_ENVIRONMENT"] = start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["Sealing__KeyFile"] = sealing;
        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
