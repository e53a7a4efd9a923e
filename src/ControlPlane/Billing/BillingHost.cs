namespace ControlPlane.Billing;

public static class BillingHost
{
    public static void AddBilling(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(builder.Configuration.GetSection("Stripe").Get<StripeSettings>() ?? new());
        builder.Services.AddSingleton<Payments>();
        builder.Services.AddSingleton<StripeWebhook>();
        builder.Services.AddSingleton<InvoiceBook>();
    }
}

/// <summary>Section <c>Stripe</c>.</summary>
public sealed class StripeSettings
{
    public string? ApiKey { get; set; }

    /// <summary>Only set where Stripe is imitated.</summary>
    public string? ApiBase { get; set; }

    /// <summary>What Stripe signs its events with; more than one while a secret is replaced.</summary>
    public IReadOnlyList<string> WebhookSecrets { get; set; } = [];

    /// <summary>Whether real money moves: the key says so.</summary>
    public bool IsLive => ApiKey?.Split('_') is [_, "live", ..];
}
