using System.ComponentModel.DataAnnotations;
using System.Net.Mail;
using System.Text;
using ControlPlane.Sealing;
using ControlPlane.Tenants;

namespace ControlPlane.Iam;

/// <summary>E-mail addresses: as they are written to, and as they are looked up.</summary>
public static class EmailText
{
    private const int Longest = 254;

    public static bool IsAddress(string text) =>
        text.Trim() is { Length: > 0 and <= Longest } trimmed
        && !trimmed.Any(c => char.IsWhiteSpace(c) || c is '"' or ',' or ';' or '<' or '>' or '(' or ')')
        && MailAddress.TryCreate(trimmed, out var parsed) && parsed.Address == trimmed;

    /// <summary>The address to write to: only the domain is the same in either case (RFC 5321 §2.4).</summary>
    public static string Normal(string text)
    {
        var trimmed = text.Trim().Normalize(NormalizationForm.FormC);
        var at = trimmed.LastIndexOf('@');
        return trimmed[..at] + trimmed[at..].ToLowerInvariant();
    }

    /// <summary>As <see cref="HashAsync"/>, for whatever names a principal: an address, or an id of another kind.</summary>
    public static ValueTask<string> SubjectHashAsync(KeyRing ring, string subject, CancellationToken cancellation) => IsAddress(subject)
        ? HashAsync(ring, subject, cancellation)
        : ring.HashAsync(Tenant.Platform, $"subject\n{subject.Trim()}", cancellation);

    /// <summary>The keyed hash to look an address up by, whatever the case of its letters. It spans tenants, so it stands in look-ups only.</summary>
    public static ValueTask<string> HashAsync(KeyRing ring, string text, CancellationToken cancellation) =>
        ring.HashAsync(Tenant.Platform, $"email\n{Normal(text).ToLowerInvariant()}", cancellation);
}

/// <summary>The member is one e-mail address.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MailboxAttribute() : ValidationAttribute("Write an e-mail address such as ada@example.org.")
{
    public override bool IsValid(object? value) => value is string text && EmailText.IsAddress(text);
}
