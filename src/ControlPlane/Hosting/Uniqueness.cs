using JasperFx;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace ControlPlane.Hosting;

/// <summary>What a violated uniqueness means to the caller, by document type or index.</summary>
public static class Uniqueness
{
    private static readonly Dictionary<string, (string Code, string Title)> Meaning = new()
    {
        ["InstanceCard"] = ("name_taken", "Another instance of the tenant has this name"),
        ["ux_instance_name"] = ("name_taken", "Another instance of the tenant has this name"),
        ["PrincipalSubject"] = ("subject_taken", "Another principal of the tenant has this subject id"),
        ["mt_doc_principalsubject"] = ("subject_taken", "Another principal of the tenant has this subject id"),
        ["TrialUse"] = ("trial_consumed", "The trial of this blueprint was used before"),
        ["mt_doc_trialuse"] = ("trial_consumed", "The trial of this blueprint was used before"),
    };

    public static ProblemDetails? Explain(DocumentAlreadyExistsException duplicate) => Explain(duplicate.DocType.Name);

    public static ProblemDetails? Explain(PostgresException duplicate) =>
        Explain(duplicate.ConstraintName) ?? Explain(duplicate.TableName) ?? Problems.Raced();

    private static ProblemDetails? Explain(string? what) =>
        what is not null && Meaning.TryGetValue(what, out var meaning) ? Problems.Conflict(meaning.Code, meaning.Title) : null;
}
