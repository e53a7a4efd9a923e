using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>A "no" in Stripe's words.</summary>
internal sealed class StripeFailure(int status, string type, string message, string? code = null, string? param = null) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Whether the endpoint had begun to execute: only then does an idempotency key remember the answer.</summary>
    public bool HadBegun { get; private init; }

    public JsonObject Body
    {
        get
        {
            var error = new JsonObject { ["message"] = Message, ["type"] = type };
            if (code is not null)
            {
                error["code"] = code;
                error["doc_url"] = $"https://stripe.com/docs/error-codes/{code.Replace('_', '-')}";
            }
            if (param is not null)
                error["param"] = param;
            return new JsonObject { ["error"] = error };
        }
    }

    public static StripeFailure Malformed(string message, string? code = null, string? param = null) =>
        new(StatusCodes.Status400BadRequest, "invalid_request_error", message, code, param);

    public static StripeFailure Unknown(string param) => Malformed($"Received unknown parameter: {param}", "parameter_unknown", param);

    public static StripeFailure Missing(string param) => Malformed($"Missing required param: {param}.", "parameter_missing", param);

    public static StripeFailure Refused(string message, string? code = null, string? param = null) =>
        new(StatusCodes.Status400BadRequest, "invalid_request_error", message, code, param) { HadBegun = true };

    public static StripeFailure Declined(string message, string code) =>
        new(StatusCodes.Status402PaymentRequired, "card_error", message, code) { HadBegun = true };

    public static StripeFailure NoSuch(string kind, string id, string param, int status = StatusCodes.Status400BadRequest) =>
        new(status, "invalid_request_error", $"No such {kind}: '{id}'", "resource_missing", param) { HadBegun = true };

    /// <summary>Stripe could do it, the sandbox cannot: loud, so that no test rests on it.</summary>
    public static StripeFailure NotImitated(string what) =>
        new(StatusCodes.Status501NotImplemented, "sandbox_error", $"The sandbox does not imitate {what}.");

    public async Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        await response.WriteAsJsonAsync(Body);
    }
}
