namespace ControlPlane.Billing;

public static class BillingHost
{
    public static void AddBilling(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(builder.Configuration.GetSection("Stripe").Get<StripeSettings>() ?? new());
        builder.Services.AddSingleton<Payments>();
    }
}

/// <summary>Section <c>Stripe</c>.</summary>
public sealed class StripeSettings
{
    public string? ApiKey { get; set; }

    /// <summary>Only set where Stripe is imitated.</summary>
    public string? ApiBase { get; set; }
}
