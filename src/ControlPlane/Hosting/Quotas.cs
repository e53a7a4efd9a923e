using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Wolverine;

namespace ControlPlane.Hosting;

/// <summary>
/// A limit on how many rows of a tenant may exist, decided by the database in the commit that adds one: takers of the same
/// quota wait for each other there and nowhere else, so it can't be overrun and costs no round trip (docs/decisions/0005).
/// </summary>
/// <param name="Metric">The quota's name in the plan profile.</param>
/// <param name="Limit">How many there may be.</param>
public sealed record Quota(string Metric, long Limit) : ISideEffect
{
    public void Execute(HttpContext http) => http.Commit().Take(this);
}

public static class Quotas
{
    /// <summary>Raised by the database function <c>assert_quota</c>; a class of our own (SQL: classes I to Z are free).</summary>
    public const string SqlState = "Q0402";

    private static readonly Dictionary<string, string> Counted = new()
    {
        ["instances"] = "controlplane.mt_doc_instancecard where tenant_id = tenant and state not in ('Deleted', 'Purged')",
        ["seats"] =
            """
            (select id from controlplane.mt_doc_principal where tenant_id = tenant and data ->> 'type' = 'User' and data ->> 'revokedAt' is null
              union all select id from controlplane.mt_doc_invitation where tenant_id = tenant and data ->> 'state' = 'Pending'
                and (data ->> 'expiresAt')::timestamptz > now()) taken
            """,
    };

    public static string AssertionOf(string metric) => $"select controlplane.assert_quota_{metric}(?, ?)";

    // The capitals are PostgreSQL's own: what it gives back is compared with this text before a production host starts.
    public static IEnumerable<(string Name, string Body)> Functions() => Counted.Select(pair => (
        $"assert_quota_{pair.Key}",
        $$"""
        create or replace function controlplane.assert_quota_{{pair.Key}}(tenant varchar, allowed bigint) returns void
        LANGUAGE plpgsql AS $function$
        declare used bigint;
        begin
          perform pg_advisory_xact_lock(hashtextextended('{{pair.Key}}:' || tenant, 0));
          -- No further than it takes to know.
          select count(*) into used from (select from {{pair.Value}} limit allowed + 1) rows;
          if used > allowed then
            select count(*) into used from {{pair.Value}};
            raise exception '{{pair.Key}} %/%', used - 1, allowed using errcode = '{{SqlState}}';
          end if;
        end $function$;
        """));

    public static ProblemDetails Explain(PostgresException full)
    {
        var (metric, figures) = full.MessageText.Split(' ') is [var name, var rest] ? (name, rest.Split('/')) : (full.MessageText, []);
        return Problems.Because(
            402, "quota_exceeded", "The plan's quota is used up", null,
            ("metric", metric),
            ("used", figures is [var used, _] ? long.Parse(used, System.Globalization.CultureInfo.InvariantCulture) : null),
            ("limit", figures is [_, var limit] ? long.Parse(limit, System.Globalization.CultureInfo.InvariantCulture) : null));
    }
}
