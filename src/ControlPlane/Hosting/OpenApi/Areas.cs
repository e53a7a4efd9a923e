namespace ControlPlane.Hosting.OpenApi;

/// <summary>The parts of the service that operations are told by.</summary>
internal static class Areas
{
    // Where the first part of a path is not the name of its area.
    private static readonly Dictionary<string, string> ByRoot = new() { ["whoami"] = "auth", ["agent-packs"] = "catalog", ["invitations"] = "iam", ["postmark"] = "mail", ["operations"] = "system", ["erasure-certificates"] = "tenants", ["principals"] = "iam", ["role-assignments"] = "iam", ["role-definitions"] = "iam" };

    private static readonly Dictionary<string, string> Words = new()
    {
        ["agent-instances"] = "Hosted agents as they are drafted, tried, suspended and deleted.",
        ["audit"] = "The trail of what happened, and the evidence for it.",
        ["auth"] = "Signing up, and the tokens of principals.",
        ["billing"] = "Plans, payments and invoices, and what the payment provider tells of them.",
        ["catalog"] = "What the platform ships, as versioned contracts that are only read.",
        ["extension"] = "Operations beyond the product's contract; the same rules hold for them.",
        ["iam"] = "Principals, what they may do and where, and the invitations of new ones.",
        ["mail"] = "What the mail provider tells of our letters.",
        ["runtime"] = "What runtimes tell and ask.",
        ["tenants"] = "Customer accounts: how they stand, leave, come back and are erased.",
        ["system"] = "Health, figures and descriptions of the service itself.",
    };

    public static string Of(string path) => path.Split('/')[2] is var root && ByRoot.TryGetValue(root, out var area) ? area : root;

    public static string? WordsOf(string area) => Words.GetValueOrDefault(area);
}
