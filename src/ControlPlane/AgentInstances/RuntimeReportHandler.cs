using ControlPlane.Iam;

namespace ControlPlane.AgentInstances;

/// <summary>Takes what runtimes report by queue, once <see cref="Hosting.Bus.QueuedReports"/> has read and believed it.</summary>
public static class RuntimeReportHandler
{
    public static Task Handle(Contracts.RuntimeReport report, RuntimeReports reports, CancellationToken cancellation) =>
        reports.TakeAsync(report, BootstrapCommand.Runtimes, cancellation);
}
