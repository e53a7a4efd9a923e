using System.Text.Json.Nodes;

namespace ControlPlane.Hosting.OpenApi;

/// <summary>What an operation answers: its successes, and every "no" that follows from its shape or is declared.</summary>
internal static class Responses
{
    private static readonly Dictionary<int, string> Words = new()
    {
        [200] = "Done, or read.",
        [201] = "Made.",
        [202] = "Taken on; the rest follows.",
        [204] = "Done; there is nothing to show.",
        [303] = "Go on there.",
        [304] = "The caller has it already.",
        [400] = "The request is malformed; every fault is in errors.",
        [401] = "A valid bearer token is needed.",
        [402] = "A quota or a budget is used up.",
        [403] = "The token may not do this, or the tenant's tier is too low.",
        [404] = "There is no such thing here.",
        [409] = "The state of the resource does not allow this, or somebody else was faster.",
        [410] = "It is gone for ever.",
        [412] = "The resource has changed since it was read.",
        [413] = "The body is too large.",
        [415] = "The body must be JSON.",
        [422] = "Well-formed, but against a rule.",
        [424] = "A third party needs the user.",
        [428] = "If-Match is needed.",
        [429] = "Too many requests; Retry-After tells when to go on.",
        [503] = "Something that is needed can't be reached; try again.",
        [504] = "It took too long.",
    };

    public static JsonObject Of(Operation operation, Schemas schemas)
    {
        var responses = new JsonObject();
        foreach (var status in operation.Successes.Concat(Refusals(operation).Order()).Distinct())
        {
            responses[$"{status}"] = status < 300 ? Success(operation, status, schemas)
                : status < 400 ? new JsonObject { ["description"] = Words[status] }
                : new JsonObject { ["$ref"] = $"#/components/responses/{NameOf(status)}" };
        }

        return responses;
    }

    public static IEnumerable<KeyValuePair<string, JsonNode?>> Components() =>
        Words.Keys.Where(status => status >= 400).Select(status => KeyValuePair.Create(NameOf(status), (JsonNode?)Problem(status)));

    private static JsonObject Problem(int status)
    {
        var problem = new JsonObject
        {
            ["description"] = Words[status],
            ["content"] = new JsonObject { [Problems.ContentType] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" } } },
        };
        if (status is 429 or 503)
        {
            problem["headers"] = new JsonObject { ["Retry-After"] = Header("Seconds to wait.") };
        }

        return problem;
    }

    private static string NameOf(int status) => $"Problem{status}";

    private static IEnumerable<int> Refusals(Operation operation) => !operation.IsOfApi ? operation.Declared :
    [
        400, 429, 503, .. operation.Declared,
        .. operation.HasETag ? [304] : Array.Empty<int>(),
        .. operation.IsPublic ? Array.Empty<int>() : [401, 403],
        .. operation.Endpoint.RoutePattern.Parameters.Count > 0 ? [404] : Array.Empty<int>(),
        .. operation.IsRead ? Array.Empty<int>() : [409],
        .. operation.TakesIfMatch ? [412] : Array.Empty<int>(),
        .. operation.Body is not null ? [413, 415] : Array.Empty<int>(),
        .. operation.TakesIdempotencyKey ? [422] : Array.Empty<int>(),
        .. operation.TakesQuota ? [402] : Array.Empty<int>(),
    ];

    private static JsonObject Success(Operation operation, int status, Schemas schemas)
    {
        var success = new JsonObject { ["description"] = Words[status] };
        var headers = new JsonObject();
        if (operation.HasETag)
        {
            headers["ETag"] = Header("What If-None-Match, and for a resource If-Match, speak of.");
        }

        if (status == 201)
        {
            headers["Location"] = Header("Where it can be read, if it can be.");
        }

        if (operation.TakesIdempotencyKey)
        {
            headers["Idempotency-Replayed"] = Header("true where the answer is that of an earlier request with the same key.");
        }

        if (headers.Count > 0)
        {
            success["headers"] = headers;
        }

        if (status != 204 && operation.Answer is { } answer)
        {
            success["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.OfShown(answer) } };
        }
        else if (operation.Text is { Answer: null, MediaType: var media })
        {
            success["content"] = new JsonObject { [media] = new JsonObject() };
        }

        return success;
    }

    private static JsonObject Header(string words) => new() { ["description"] = words, ["schema"] = new JsonObject { ["type"] = "string" } };
}
