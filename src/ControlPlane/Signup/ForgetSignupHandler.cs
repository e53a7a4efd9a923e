using ControlPlane.Sealing;
using ControlPlane.Tenants;

namespace ControlPlane.Signup;

/// <summary>What was told for a signup is no longer needed: it was proven, or its time is over.</summary>
public sealed record ForgetSignup(string SignupId);

public static class ForgetSignupHandler
{
    public static Task Handle(ForgetSignup message, KeyRing ring, CancellationToken cancellation) =>
        ring.DestroyAsync(Tenant.Platform, message.SignupId, cancellation);
}
