namespace ControlPlane.Hosting;

internal static class Stops
{
    /// <summary>Whether this only says that the host stops; a failure while it does is a failure still, and told as one.</summary>
    public static bool IsStop(this Exception error, CancellationToken stopping) => error is OperationCanceledException && stopping.IsCancellationRequested;
}
