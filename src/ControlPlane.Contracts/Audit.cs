namespace ControlPlane.Contracts;

/// <summary>A span of the history was sealed. Whoever keeps these can tell later that nothing in it was changed.</summary>
/// <param name="SealNumber">Its number, counted from one without gaps.</param>
/// <param name="FirstSequence">The first sequence number that it covers.</param>
/// <param name="LastSequence">The last sequence number that it covers.</param>
/// <param name="RootHash">Root of the tree over all events in it, SHA-256 in hex.</param>
/// <param name="KeyId">The key that signed it, as in <c>/.well-known/jwks.json</c>.</param>
/// <param name="Signature">The signed statement as a compact JWS.</param>
[IntegrationEvent("audit", "sealed")]
public sealed record AuditSealed(string SealNumber, long FirstSequence, long LastSequence, string RootHash, string KeyId, string Signature);

/// <summary>An event is kept under another retention policy from here on.</summary>
/// <param name="EventId">Id of the event.</param>
/// <param name="FromPolicyId">The policy before.</param>
/// <param name="ToPolicyId">The policy now.</param>
/// <param name="ExpiresAt">When its entry leaves the trail.</param>
/// <param name="OperationId">The operation that moved it.</param>
[IntegrationEvent("audit", "policy_reclassified")]
public sealed record AuditPolicyReclassified(string EventId, string FromPolicyId, string ToPolicyId, DateTimeOffset ExpiresAt, string OperationId);
