using Wolverine;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Iam;

/// <summary>The time of a principal is over, if nobody has moved its end since.</summary>
public sealed record ExpirePrincipal(string PrincipalId, DateTimeOffset NotAfter)
{
    /// <summary>The durable timer of a principal that has an end.</summary>
    public static OutgoingMessages For(string principalId, DateTimeOffset? notAfter)
    {
        var timers = new OutgoingMessages();
        if (notAfter is { } end)
        {
            timers.Schedule(new ExpirePrincipal(principalId, end), end);
        }

        return timers;
    }
}

public static class ExpirePrincipalHandler
{
    public static PrincipalExpired? Handle(ExpirePrincipal timer, [WriteModel(nameof(ExpirePrincipal.PrincipalId))] Principal? principal) =>
        principal is { RevokedAt: null, IsKnownToHaveExpired: false } && principal.NotAfter == timer.NotAfter ? new() : null;
}
