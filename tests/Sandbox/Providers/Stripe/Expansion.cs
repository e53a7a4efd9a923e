using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>Replaces ids by the objects they stand for, as <c>expand[]=data.customer</c> asks.</summary>
internal static class Expansion
{
    public static void Apply(JsonObject answer, IReadOnlyList<string> paths, StripeAccount account)
    {
        foreach (var path in paths)
        {
            var steps = path.Split('.');
            if (steps.Length > 4)
                throw StripeFailure.Malformed($"You cannot expand more than 4 levels of a property. Property: {path}", param: "expand");
            Expand(answer, steps, path, account);
        }
    }

    private static void Expand(JsonNode at, ReadOnlySpan<string> steps, string path, StripeAccount account)
    {
        if (at is JsonArray items)
        {
            foreach (var item in items)
                Expand(item!, steps, path, account);
            return;
        }
        if (at is not JsonObject holder || !holder.TryGetPropertyValue(steps[0], out var value))
            throw Impossible(path);
        if (value is JsonValue id && id.TryGetValue<string>(out var text))
            holder[steps[0]] = value = account.Find(text)?.DeepClone() ?? throw Impossible(path);
        if (steps.Length > 1 && value is not null)
            Expand(value, steps[1..], path, account);
    }

    private static StripeFailure Impossible(string path) =>
        StripeFailure.Refused($"This property cannot be expanded ({path}).", param: "expand");
}
