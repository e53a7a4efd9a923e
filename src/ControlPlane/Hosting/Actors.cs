namespace ControlPlane.Hosting;

/// <summary>Who stands in an event where no principal acted.</summary>
public static class Actors
{
    /// <summary>A timer or a flow of the service's own.</summary>
    public const string System = "system";

    /// <summary>Somebody who has no token, on a public operation.</summary>
    public const string Anonymous = "anonymous";
}
