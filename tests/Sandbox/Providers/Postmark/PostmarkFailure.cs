using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Postmark;

/// <summary>A "no" in Postmark's words.</summary>
internal sealed class PostmarkFailure(int errorCode, string message, int status = StatusCodes.Status422UnprocessableEntity) : Exception(message)
{
    public int Status { get; } = status;

    public JsonObject Body => new() { ["ErrorCode"] = errorCode, ["Message"] = Message };

    public static PostmarkFailure Invalid(string message) => new(300, message);

    public static PostmarkFailure Unauthorized() =>
        new(10, "The Server Token you provided in the X-Postmark-Server-Token request header was invalid. "
            + "Please verify that you are using a valid token.",
            StatusCodes.Status401Unauthorized);

    public static PostmarkFailure JsonRequired() =>
        new(409, "Your HTTP request does not have the Accept and Content-Type headers set to application/json.");
}
