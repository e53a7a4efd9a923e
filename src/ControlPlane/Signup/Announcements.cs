using ControlPlane.Hosting.Bus;
using JasperFx.Events;

namespace ControlPlane.Signup;

public static class Announcements
{
    public static AnnouncementMap AddSignup(this AnnouncementMap map) => map
        .On((IEvent<SignupStarted> e) => new Contracts.SignupStarted(e.StreamKey!, e.Data.OfferRef, e.Data.ExpiresAt))
        .On((IEvent<SignupVerified> e) => e.Data.Outcome == SignupOutcome.Provisioned
            ? new Contracts.SignupCompleted(e.StreamKey!, e.Data.TenantId, e.Data.PrincipalId)
            : null);
}
