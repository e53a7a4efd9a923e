using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ControlPlane.Hosting;

namespace ControlPlane.Tests.Hosting;

public class ShapeTests
{
    [Theory]
    [InlineData("""{"title":"a"}""", "/title too_short")]
    [InlineData("""{"title":"abcd"}""", "/title too_long")]
    [InlineData("""{"title":"ab"}""", "")]
    [InlineData("""{}""", "/title required")]
    [InlineData("""{"title":"ab","notes":["x",null]}""", "/notes/1 required")]
    public void a_text_keeps_to_both_of_its_bounds(string json, string expected)
    {
        var faults = new List<Fault>();
        using var document = JsonDocument.Parse(json);

        Shape.Check(document.RootElement, typeof(Sample), "", faults);

        string.Join('|', faults.Select(fault => $"{fault.Pointer} {fault.Code}")).ShouldBe(expected);
    }

    private sealed record Sample([property: StringLength(3, MinimumLength = 2)] string Title, IReadOnlyList<string>? Notes);
}
