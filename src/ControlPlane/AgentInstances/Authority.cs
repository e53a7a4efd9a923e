using ControlPlane.Catalog;
using ControlPlane.Hosting;

namespace ControlPlane.AgentInstances;

/// <summary>On whose behalf a caller acts on an instance.</summary>
public static class Authority
{
    /// <summary>Staff that hold the right everywhere act for the platform, everybody else for the customer.</summary>
    public static bool IsPlatform(this Caller caller) => caller.MayEverywhere("instances:write");

    public static ConfigAccess ConfigAccess(this Caller caller) => caller.IsPlatform() ? Catalog.ConfigAccess.Platform : Catalog.ConfigAccess.Customer;
}
