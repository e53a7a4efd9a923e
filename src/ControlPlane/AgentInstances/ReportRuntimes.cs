using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace ControlPlane.AgentInstances;

public static class ReportRuntimesEndpoint
{
    private const string Permission = "runtime:report";

    /// <summary>What the JSON schema of a report can't say.</summary>
    public static IReadOnlyList<Fault> FaultsOf(Contracts.RuntimeReport report) =>
    [
        .. report.Reports.SelectMany((told, i) => (told.Conditions ?? []).Index()
            .Where(one => told.Conditions!.Take(one.Index).Any(earlier => earlier.Type == one.Item.Type))
            .Select(one => new Fault($"/reports/{i}/conditions/{one.Index}/type", "duplicate", "There is at most one condition a type"))),
        .. report.Reports.SelectMany((told, i) => (told.Usage ?? []).Index()
            .Where(one => one.Item.CachedInputTokens > one.Item.InputTokens)
            .Select(one => new Fault($"/reports/{i}/usage/{one.Index}/cachedInputTokens", "out_of_range", "Cached tokens are among the tokens read"))),
    ];

    public static ProblemDetails Validate(Contracts.RuntimeReport report, Caller caller) =>
        !caller.MayEverywhere(Permission) ? Problems.Forbidden(Permission)
        : FaultsOf(report) is { Count: > 0 } faults ? Problems.Malformed(faults)
        : WolverineContinue.NoProblems;

    /// <summary>Report phase, conditions, usage and heartbeat of instances.</summary>
    /// <remarks>Each instance is taken or rejected for itself, so one that is gone never holds up the others; telling the same twice changes nothing.</remarks>
    [WolverinePost("/v1/runtime/reports"), Requires(Permission), Answers(202), Extension]
    public static async Task<Answer<ReportOutcome>> Post(Contracts.RuntimeReport report, Caller caller, RuntimeReports reports, CancellationToken cancellation) =>
        new(await reports.TakeAsync(report, caller.PrincipalId, cancellation), 202);
}
