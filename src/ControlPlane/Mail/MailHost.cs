namespace ControlPlane.Mail;

public static class MailHost
{
    public static void AddMail(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(builder.Configuration.GetSection("Postmark").Get<PostmarkSettings>() ?? new());
        builder.Services.AddSingleton<Postmark>();
    }
}

/// <summary>Section <c>Postmark</c>.</summary>
public sealed class PostmarkSettings
{
    /// <summary>The server's API token.</summary>
    public string? ServerToken { get; set; }

    public string BaseUrl { get; set; } = "https://api.postmarkapp.com";

    /// <summary>A confirmed sender signature.</summary>
    public string? From { get; set; }

    /// <summary>What the webhook presents, as <c>user:password</c>; without it none is believed.</summary>
    public string? Webhook { get; set; }

    public string MessageStream { get; set; } = "outbound";
}
