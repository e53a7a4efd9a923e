namespace ControlPlane.Storage;

/// <summary>The names under which stored events carry their metadata, beside what the store itself keeps.</summary>
public static class EventHeaders
{
    public const string Actor = "actor";
    public const string Token = "token-id";
    public const string OnBehalfOf = "on-behalf-of";
    public const string RequestId = "request-id";
    public const string TraceParent = "traceparent";
    public const string Retention = "retention-policy";
    public const string LegalBasis = "legal-basis";
}
