namespace ControlPlane.Tenants;

/// <summary>Leads from the SHA-256 of a presented token to the erasure that it certifies. Operational; not of one tenant, and outlives its own.</summary>
public sealed record CertificateAddress(string Id, string TenantId, string OperationId);
