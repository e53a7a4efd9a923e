using ControlPlane.Sealing;
using ControlPlane.Storage;

namespace ControlPlane.Iam;

/// <summary>What names a principal to the world: an e-mail address, <c>telegram:</c> and an id, or a service's name.</summary>
public static class Subjects
{
    /// <summary>As it is kept.</summary>
    public static string Normal(string subject) => EmailText.IsAddress(subject) ? EmailText.Normal(subject) : subject.Trim();

    /// <summary>As it is looked up in the tenant, whatever the case of its letters.</summary>
    public static ValueTask<string> KeyAsync(KeyRing ring, string tenant, PrincipalType type, string subject, CancellationToken cancellation) =>
        ring.HashAsync(tenant, $"subject\n{Words.Of(type)}\n{Normal(subject).ToLowerInvariant()}", cancellation);
}
