using ControlPlane.Audit;
using ControlPlane.Billing;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.Bus;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Iam;
using ControlPlane.Mail;
using ControlPlane.Signup;
using ControlPlane.Tenants;
using JasperFx;

if (AuditCommand.IsVerification(args))
{
    return AuditCommand.Verify(args, Console.Out);
}

if (CatalogCommand.IsLint(args))
{
    return CatalogCommand.Lint(args, Console.Out);
}

var builder = WebApplication.CreateBuilder(args);
if (KeysCommand.IsCreation(HostRoles.WithoutRole(args)))
{
    return KeysCommand.Create(builder.Configuration);
}

var role = builder.Role();
builder.AddKestrelLimits();
builder.AddCatalog();
builder.AddDatabase();
builder.AddTelemetry(role);
builder.AddBus(role);
if (role != HostRole.Bus)
{
    builder.AddStore();
    builder.AddCatalogReload();
    builder.AddMessaging();
    builder.AddApi();
    builder.AddMail();
    builder.AddBilling();
    builder.AddSignup();
    builder.AddInvitations();
    builder.AddAudit();
    builder.AddTenants();
}

var app = builder.Build();
app.UsePipeline(role);
app.MapHealth();
app.MapMetrics();
if (role != HostRole.Bus)
{
    app.MapAsyncApi();
    app.MapOpenApi();
    app.MapPublicKeys();
    app.MapDocs();
    app.MapCatalog();
    app.MapSlices();
}

return await app.RunJasperFxCommands(HostRoles.WithoutRole(args));
