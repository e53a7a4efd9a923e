using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OutsideWorld.Providers.Stripe;

/// <summary>Stripe's search language over customers: <c>email:'a@b.eu' AND metadata['tenant_id']:'t'</c>.</summary>
internal static partial class CustomerSearch
{
    private static readonly string[] Fields = ["created", "email", "name", "phone"];

    public static JsonObject Search(StripeCall call)
    {
        var fits = Parse(call.Parameters.Require("query"));
        var limit = (int)(call.Parameters.Integer("limit") ?? 10);
        var skip = call.Parameters.Value("page") is { } page ? int.Parse(page, CultureInfo.InvariantCulture) : 0;
        var found = call.Account.Customers.NewestFirst
            .Where(customer => Customers.IsLiving(customer) && fits(customer)).Skip(skip).Take(limit + 1).ToList();
        return new JsonObject
        {
            ["object"] = "search_result",
            ["url"] = "/v1/customers/search",
            ["has_more"] = found.Count > limit,
            ["next_page"] = found.Count > limit ? (skip + limit).ToString(CultureInfo.InvariantCulture) : null,
            ["data"] = new JsonArray([.. found.Take(limit).Select(customer => customer.DeepClone())]),
        };
    }

    private static Func<JsonObject, bool> Parse(string query)
    {
        var words = Connector().Split(query.Trim());
        var connectors = Connector().Matches(query.Trim()).Select(match => match.Value.Trim().ToUpperInvariant()).Distinct().ToList();
        if (connectors.Count > 1)
            throw StripeFailure.Refused("You cannot combine AND and OR in the same search query.", param: "query");
        var clauses = words.Select(Clause).ToList();
        return connectors is ["OR"]
            ? customer => clauses.Exists(clause => clause(customer))
            : customer => clauses.TrueForAll(clause => clause(customer));
    }

    private static Func<JsonObject, bool> Clause(string text)
    {
        var match = ClauseShape().Match(text);
        if (!match.Success || (match.Groups["field"].Success && !Fields.Contains(match.Groups["field"].Value)))
            throw StripeFailure.Refused($"We were unable to parse your search query: {text}", param: "query");
        var (op, negated) = (match.Groups["op"].Value, match.Groups["not"].Success);
        var value = match.Groups["value"].Value.Replace("\\", "", StringComparison.Ordinal);
        return customer =>
        {
            var actual = match.Groups["key"].Success ? customer["metadata"]![match.Groups["key"].Value] : customer[match.Groups["field"].Value];
            return Holds(actual, op, value) != negated;
        };
    }

    private static bool Holds(JsonNode? actual, string op, string value) => op switch
    {
        ":" => string.Equals(actual?.ToString(), value, StringComparison.OrdinalIgnoreCase),
        "~" => actual?.ToString().Contains(value, StringComparison.OrdinalIgnoreCase) == true,
        _ => actual is not null && long.TryParse(value, CultureInfo.InvariantCulture, out var bound) && op switch
        {
            ">" => actual.GetValue<long>() > bound,
            ">=" => actual.GetValue<long>() >= bound,
            "<" => actual.GetValue<long>() < bound,
            _ => actual.GetValue<long>() <= bound,
        },
    };

    [GeneratedRegex(@"\s+(?:AND|OR)\s+", RegexOptions.IgnoreCase)]
    private static partial Regex Connector();

    [GeneratedRegex("""
        ^(?<not>-)?
        (?:metadata\[(?<q>['"])(?<key>.+?)\k<q>\]|(?<field>\w+))
        (?<op>:|~|>=|<=|>|<)
        (?:'(?<value>(?:[^'\\]|\\.)*)'|"(?<value>(?:[^"\\]|\\.)*)"|(?<value>\d+))$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex ClauseShape();
}
