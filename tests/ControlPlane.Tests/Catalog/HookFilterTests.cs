using System.Text.Json;
using ControlPlane.Catalog;

namespace ControlPlane.Tests.Catalog;

public class HookFilterTests
{
    [Theory]
    [InlineData("""{"exact":{"type":"controlplane.tenant.purged.v1"}}""")]
    [InlineData("""{"prefix":{"type":"controlplane.tenant."}}""")]
    [InlineData("""{"suffix":{"subject":"f"}}""")]
    [InlineData("""{"all":[{"exact":{"tenantid":"ten_1"}},{"any":[{"not":{"data":{"path":"/code","op":"eq","value":"customer"}}}]}]}""")]
    [InlineData("""{"data":{"path":"/code","op":"exists"}}""")]
    [InlineData("""{"data":{"path":"/code","op":"in","value":["a","b"]}}""")]
    [InlineData("""{"data":{"path":"/n","op":"gte","value":3}}""")]
    public void what_can_be_asked_for(string filter) => Faults(filter).ShouldBeEmpty();

    [Theory]
    [InlineData("""[]""", " type")]
    [InlineData("""{}""", " type")]
    [InlineData("""{"exact":{"type":"a"},"prefix":{"type":"a"}}""", " type")]
    [InlineData("""{"sql":"1=1"}""", "/sql unknown_dialect")]
    [InlineData("""{"exact":{}}""", "/exact type")]
    [InlineData("""{"exact":{"typ":"a"}}""", "/exact/typ unknown_attribute")]
    [InlineData("""{"exact":{"type":1}}""", "/exact/type type")]
    [InlineData("""{"exact":{"type":""}}""", "/exact/type type")]
    [InlineData("""{"all":[]}""", "/all type")]
    [InlineData("""{"any":[{"exact":{"type":"a"}},{"not":{"sql":1}}]}""", "/any/1/not/sql unknown_dialect")]
    [InlineData("""{"data":{"path":"/secret","op":"eq","value":1}}""", "/data/path field_not_allowed")]
    [InlineData("""{"data":{"path":"/code","op":"like","value":"a"}}""", "/data/op not_one_of")]
    [InlineData("""{"data":{"path":"/code","op":"eq"}}""", "/data/value type")]
    [InlineData("""{"data":{"path":"/code","op":"in","value":"a"}}""", "/data/value type")]
    [InlineData("""{"data":{"path":"/code","op":"gt","value":true}}""", "/data/value type")]
    [InlineData("""{"data":{"path":"/code"}}""", "/data type")]
    [InlineData("""{"data":{"path":"/code","op":"eq","value":1,"flags":"i"}}""", "/data type")]
    public void what_is_refused_and_where(string filter, string expected) => Faults(filter).ShouldBe([expected]);

    [Fact]
    public void filters_are_bounded_in_depth_size_and_number()
    {
        const string one = """{"exact":{"type":"a"}}""";

        Faults(Nested(HookFilter.MaxDepth)).ShouldBeEmpty();
        Faults(Nested(HookFilter.MaxDepth + 1)).ShouldHaveSingleItem().ShouldEndWith(" too_deep");
        Faults($$"""{"any":[{{string.Join(',', Enumerable.Repeat(one, HookFilter.MaxNodes - 1))}}]}""").ShouldBeEmpty();
        Faults($$"""{"any":[{{string.Join(',', Enumerable.Repeat(one, HookFilter.MaxNodes))}}]}""").ShouldBe([" too_many_nodes"]);
        Faults($$$"""{"exact":{"type":"{{{new string('a', HookFilter.MaxBytes)}}}"}}""").ShouldBe([" too_large"]);

        static string Nested(int depth) => string.Concat(Enumerable.Repeat("{\"not\":", depth - 1)) + one + new string('}', depth - 1);
    }

    private static string[] Faults(string filter) =>
        [.. HookFilter.Faults(JsonDocument.Parse(filter).RootElement, ["/code", "/n"]).Select(fault => $"{fault.Pointer} {fault.Code}")];
}
