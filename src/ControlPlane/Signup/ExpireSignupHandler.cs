using Marten;
using Wolverine;
using Wolverine.Marten;

namespace ControlPlane.Signup;

/// <summary>The time to prove the address is over.</summary>
public sealed record ExpireSignup(string SignupId);

public static class ExpireSignupHandler
{
    public static Task<PendingSignup?> LoadAsync(ExpireSignup message, IQuerySession session, CancellationToken cancellation) =>
        session.LoadAsync<PendingSignup>(message.SignupId, cancellation);

    public static (IEnumerable<IMartenOp>, OutgoingMessages) Handle(ExpireSignup message, PendingSignup? signup, TimeProvider time)
    {
        var now = time.GetUtcNow();
        return signup is not { IsVerified: false, IsExpired: false }
            ? ([], [])
            : (
                [
                    MartenOps.Append(signup.Id, signup.Version + 1, new SignupExpired()),
                    MartenOps.DeleteWhere<UnknownSignup>(unknown => unknown.ForgetAt <= now),
                ],
                [new ForgetSignup(signup.Id)]);
    }
}
