using ControlPlane.Billing;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.Bus;
using ControlPlane.Mail;
using ControlPlane.Signup;
using JasperFx;

var builder = WebApplication.CreateBuilder(args);
builder.AddKestrelLimits();
builder.AddCatalog();
builder.AddStorage();
builder.AddMessaging();
builder.AddApi();
builder.AddMail();
builder.AddBilling();
builder.AddSignup();
builder.AddBus();

var app = builder.Build();
app.UsePipeline();
app.MapHealth();
app.MapAsyncApi();
app.MapCatalog();
app.MapSlices();
return await app.RunJasperFxCommands(args);
