using ControlPlane.Catalog;

namespace ControlPlane.Tests.Catalog;

public sealed class CatalogCommandTests : IDisposable
{
    private readonly CatalogFiles _files = CatalogFiles.Shipped();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void a_sound_folder_is_said_to_be_sound()
    {
        var (code, output) = Lint(_files.Folder);

        code.ShouldBe(0);
        output.ShouldEndWith($" entries of {CatalogKinds.Shipped.All.Count} kinds, nothing wrong");
    }

    [Fact]
    public void every_fault_is_told_with_file_line_and_pointer()
    {
        _files.Change("mcps/calendar.yaml", "risk: medium", "risk: some").Change("personas/tutor.yaml", "tone: ", "tune: ").Write("personas/notes.txt", "");

        var (code, output) = Lint(_files.Folder);

        code.ShouldBe(1);
        output.Split('\n').Select(line => line.Split(')')[0]).ShouldBe(
        [
            "mcps/calendar.yaml:14 /spec/risk (not_one_of", "personas/notes.txt (unexpected_file", "personas/tutor.yaml:9 /spec/tone (required", "personas/tutor.yaml:13 /spec/tune (unknown_field",
            "4 to put right",
        ], ignoreOrder: true);
    }

    private static (int Code, string Output) Lint(params string[] folder)
    {
        var output = new StringWriter();
        return (CatalogCommand.Lint(["catalog", "lint", .. folder], output), output.ToString().TrimEnd());
    }
}
