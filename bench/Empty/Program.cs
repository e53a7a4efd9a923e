// The measure of a cold start: what ASP.NET Core needs without any of our work.
var app = WebApplication.CreateBuilder(args).Build();
app.MapGet("/", () => "ok");
app.Run();
