using Npgsql;
using Peers;

// plain | common: the same small service, written by hand on Npgsql, and as most people write it, on EF Core.
var builder = WebApplication.CreateBuilder(args);
var database = NpgsqlDataSource.Create(builder.Configuration["Postgres"]!);
builder.Services.AddSingleton(database);
builder.Services.AddSingleton<Tokens>();
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull);
var isPlain = args[0] == "plain";
if (!isPlain)
{
    Common.AddServices(builder.Services, database);
}

var app = builder.Build();
app.MapGet("/ready", () => "ok");
var given = Array.Empty<byte>();
app.MapPut("/static", async (HttpRequest request) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    given = body.ToArray();
});
app.MapGet("/static", () => Results.Bytes(given, "application/json"));
var instances = app.MapGroup("/v1/agent-instances").AddEndpointFilter(Tokens.AuthenticateAsync);
if (isPlain)
{
    Plain.Map(instances);
}
else
{
    Common.Map(instances);
}

app.Run();
