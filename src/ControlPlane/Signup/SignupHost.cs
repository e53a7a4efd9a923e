using ControlPlane.Hosting;

namespace ControlPlane.Signup;

public static class SignupHost
{
    public static void AddSignup(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(builder.Configuration.GetSection("Signup").Get<SignupSettings>() ?? new());
        builder.Services.AddSingleton<SignupCodes>();
        builder.Services.AddSingleton<SignupLimits>();
        builder.Services.AddSingleton<Portal>();
    }
}

/// <summary>Section <c>Signup</c>.</summary>
public sealed class SignupSettings
{
    /// <summary>The terms that are agreed to today.</summary>
    public string TermsVersion { get; set; } = "2026-06";

    /// <summary>The privacy notice of today.</summary>
    public string PrivacyVersion { get; set; } = "2026-06";

    /// <summary>The price list that a signup without an offer is about; the newest version counts.</summary>
    public string Catalog { get; set; } = "retail";

    /// <summary>The offer of that list.</summary>
    public string Offer { get; set; } = "solo-monthly";

    /// <summary>How many letters an hour one address gets.</summary>
    public int LettersAnHour { get; set; } = 5;

    /// <summary>How long the address can be proven.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(48);
}
