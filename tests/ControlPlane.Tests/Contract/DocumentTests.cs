using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Tests.Contract;

public class DocumentTests(App app) : AppTest(app)
{
    private static readonly string[] Effects =
        ["read-only", "mutates-db", "calls-stripe", "calls-postmark", "calls-telegram", "calls-mcp", "calls-runtime"];

    [Fact]
    public async Task what_is_built_is_what_is_promised_and_not_listed_as_to_come()
    {
        var built = (await Operations()).Select(operation => operation.Name).ToArray();
        var promised = Tables.Operations.Select(operation => operation.Name).ToArray();

        Tables.NotBuiltYet.Except(promised).ShouldBeEmpty("not in the tables: take it out of Contract/NotBuiltYet.tsv");
        Tables.NotBuiltYet.Intersect(built).ShouldBeEmpty("built: take it out of Contract/NotBuiltYet.tsv");
        promised.Except(built).Except(Tables.NotBuiltYet).ShouldBeEmpty("promised, but not there");
        built.Except(promised).ShouldBeEmpty("not promised by any table");
        built.ShouldBeUnique();
    }

    [Fact]
    public async Task every_operation_keeps_its_row_of_the_table()
    {
        var promised = Tables.Operations.ToDictionary(operation => operation.Name);

        (await Operations()).Select(operation => (operation.Name, operation.Statuses.First(status => status < 400), operation.Permission, string.Join(' ', operation.Tags)))
            .ShouldBe((await Operations()).Select(operation => promised[operation.Name])
                .Select(row => (row.Name, row.Success, row.Permission, row.IsExtension ? $"{row.Area} extension" : row.Area)));
    }

    [Fact]
    public async Task an_independent_reader_finds_no_fault()
    {
        using var client = App.Host.Server.CreateClient();
        var read = Microsoft.OpenApi.OpenApiDocument.Parse(await client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken), "json");

        read.Diagnostic!.Errors.ShouldBeEmpty();
        read.Diagnostic.Warnings.ShouldBeEmpty();
        read.Diagnostic.SpecificationVersion.ShouldBe(Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1);
    }

    [Fact]
    public async Task every_reference_leads_somewhere_and_every_component_is_used()
    {
        var document = await Document();
        var references = References(document).ToHashSet();

        document["tags"]!.AsArray().ShouldAllBe(tag => tag!["description"] != null);
        references.Where(reference => reference.Split('/')[1..].Aggregate((JsonNode?)document, (at, name) => at?[name]) is null).ShouldBeEmpty();
        document["components"]!.AsObject().Where(sort => sort.Key != "securitySchemes")
            .SelectMany(sort => sort.Value!.AsObject().Select(component => $"#/components/{sort.Key}/{component.Key}")).Except(references).ShouldBeEmpty();
    }

    [Fact]
    public async Task every_operation_says_what_it_does_and_to_what()
    {
        var operations = await Operations();

        operations.Select(operation => operation.Id).ShouldBeUnique();
        foreach (var operation in operations)
        {
            ((string?)operation.Operation["summary"]).ShouldNotBeNullOrEmpty(operation.Name);
            operation.Operation["x-side-effects"]!.AsArray().Select(effect => (string)effect!).ShouldBeSubsetOf(Effects);
            ((string?)operation.Operation["x-side-effects"]![0] == "read-only").ShouldBe(operation.Method == "GET", operation.Name);
            operation.ParametersIn("path").ShouldBe(operation.Path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}')), operation.Name);
            operation.Parameters.ShouldAllBe(parameter => parameter["description"] != null);
            (operation.Operation["security"] is JsonArray { Count: 0 }).ShouldBe(operation.IsPublic, operation.Name);
        }
    }

    [Fact]
    public async Task every_member_of_every_schema_is_explained()
    {
        var silent =
            from schema in (await Document())["components"]!["schemas"]!.AsObject()
            from member in schema.Value!["properties"] as JsonObject ?? []
            where member.Value!["description"] is null
            select $"{schema.Key}.{member.Key}";

        silent.ShouldBeEmpty();
    }

    [Fact]
    public async Task bodies_are_told_as_strictly_as_they_are_checked()
    {
        var mint = (await Operations()).Single(operation => operation.Name == "POST /v1/auth/tokens");

        ((bool)mint.Body!["additionalProperties"]!).ShouldBeFalse();
        mint.Body["required"]!.ToJsonString().ShouldBe("""["name"]""");
        ((int)mint.Body["properties"]!["name"]!["minLength"]!, (int)mint.Body["properties"]!["name"]!["maxLength"]!).ShouldBe((1, 100));
        ((string?)mint.Body["properties"]!["expiresAt"]!["format"]).ShouldBe("date-time");
        mint.ParametersIn("header").ShouldBe(["X-Request-Id", "X-Tenant-Id", "Idempotency-Key"]);
    }

    [Fact]
    public async Task lists_tell_their_filters_and_what_a_row_is()
    {
        var personas = (await Operations()).Single(operation => operation.Name == "GET /v1/personas");
        var limit = personas.Parameters.Single(parameter => (string?)parameter["name"] == "limit");

        personas.ParametersIn("query").Order().ShouldBe(["cursor", "fields", "include", "label", "limit", "q", "status"]);
        limit["schema"]!.ToJsonString().ShouldBe("""{"type":"integer","format":"int32","minimum":1,"maximum":200,"default":50}""");
        var page = personas.Resolve(personas.Operation["responses"]!["200"]!["content"]!["application/json"]!["schema"]!.AsObject());
        page["properties"]!["items"]!["items"]!["anyOf"]!.ToJsonString()
            .ShouldBe("""[{"$ref":"#/components/schemas/CatalogDocumentOfPersona"},{"$ref":"#/components/schemas/CatalogSummary"}]""");
        page["required"]!.ToJsonString().ShouldBe("""["items","asOf"]""");
    }

    [Fact]
    public async Task every_example_is_a_body_that_passes_the_check()
    {
        var bodies = App.Host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints)
            .Select(endpoint => endpoint.Metadata.GetMetadata<CommandType>()?.Type).OfType<Type>().Distinct().ToDictionary(type => type.Name);
        var examples = (await Operations()).Where(operation => operation.Body?["examples"] is not null).ToArray();

        examples.ShouldNotBeEmpty();
        foreach (var operation in examples)
        {
            var type = bodies[((string)operation.Operation["requestBody"]!["content"]!.AsObject().First().Value!["schema"]!["$ref"]!).Split('/')[^1]];
            var faults = new List<Fault>();
            Shape.Check(JsonSerializer.SerializeToElement(operation.Body!["examples"]![0]), type, "", faults);
            faults.ShouldBeEmpty(operation.Name);
        }
    }

    [Fact]
    public async Task the_page_needs_nothing_from_elsewhere()
    {
        using var client = App.Host.Server.CreateClient();
        using var page = await client.GetAsync(new Uri("/docs", UriKind.Relative), TestContext.Current.CancellationToken);
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        ((int)page.StatusCode, page.Content.Headers.ContentType!.MediaType).ShouldBe((200, "text/html"));
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'; script-src 'self';");
        html.ShouldNotContain("://");
        var scripts = html.Split("src=\"")[1..].Select(part => part.Split('"')[0]).ToArray();
        scripts.Length.ShouldBe(2);
        foreach (var script in scripts)
        {
            using var asset = await client.GetAsync(new Uri(script, UriKind.Relative), TestContext.Current.CancellationToken);
            ((int)asset.StatusCode, asset.Content.Headers.ContentType!.MediaType).ShouldBe((200, "text/javascript"));
            (await asset.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("createApiReference");
        }
    }

    private async Task<JsonObject> Document() => (await Get("/openapi/v1.json", null)).Body!.AsObject();

    private async Task<IReadOnlyList<Described>> Operations() => Described.In(await Document());

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject found => found.SelectMany(member => member is { Key: "$ref", Value: JsonValue reference } ? [(string)reference!] : References(member.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };
}
