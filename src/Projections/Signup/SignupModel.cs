using ControlPlane.Storage;
using JasperFx.Events.Projections;
using Marten;

namespace ControlPlane.Signup;

public static class SignupModel
{
    public static void AddSignup(this StoreOptions store)
    {
        store.Event<SignupStarted>("signup.started", "sec-12m")
            .Event<SignupCodeRefused>("signup.code_refused", "sec-12m")
            .Event<SignupVerified>("signup.verified", "sec-12m")
            .Event<SignupExpired>("signup.expired", "sec-12m");
        store.Projections.Snapshot<PendingSignup>(SnapshotLifecycle.Inline);
        store.Schema.For<PendingSignup>().Index(signup => signup.TenantId!);
        store.Schema.For<UnknownSignup>().SingleTenanted().Index(signup => signup.ForgetAt);
    }
}
