namespace ControlPlane.Audit;

public static class AuditHost
{
    public static void AddAudit(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(builder.Configuration.GetSection("Audit").Get<SealSettings>() ?? new());
        builder.Services.AddSingleton<Sealer>();
        builder.Services.AddHostedService<SealTimer>();
        builder.Services.AddSingleton<RetentionSweeper>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<RetentionSweeper>());
        builder.Services.AddSingleton<ReadAudit>();
        builder.Services.AddHostedService<ReadAuditWriter>();
    }
}
