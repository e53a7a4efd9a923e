using ControlPlane.Storage;

namespace ControlPlane.Tenants;

/// <summary>What a certificate says, and is signed for.</summary>
/// <param name="CertificateId">Id of the certificate.</param>
/// <param name="TenantId">The tenant that was erased.</param>
/// <param name="OperationId">The deletion that led to it.</param>
/// <param name="Reason">Why it was asked for.</param>
/// <param name="RequestedAt">When it was asked for.</param>
/// <param name="LegalDeadline">By when everything had to be gone; only for a person's demand.</param>
/// <param name="StartedAt">When the erasure started.</param>
/// <param name="CompletedAt">When it was done.</param>
/// <param name="KeysDestroyedAt">From when on nothing personal in the history can be opened any more.</param>
/// <param name="Steps">Every step with its outcome.</param>
/// <param name="Retained">What is kept, why and until when.</param>
public sealed record ErasureCertificate(
    string CertificateId, string TenantId, string OperationId, TenantDeletionReason Reason, DateTimeOffset RequestedAt, DateTimeOffset? LegalDeadline,
    DateTimeOffset StartedAt, DateTimeOffset CompletedAt, DateTimeOffset KeysDestroyedAt, IReadOnlyList<OperationStep> Steps, IReadOnlyList<Retained> Retained)
{
    /// <summary>The type of the signed statement.</summary>
    public const string Type = "erasure-certificate+jwt";

    public static ErasureCertificate Of(Tenant tenant, IReadOnlyList<Retained> retained, DateTimeOffset now)
    {
        var deletion = tenant.Deletion!;
        return new(
            Ids.New("cer"), tenant.Id, deletion.OperationId, deletion.Reason, deletion.RequestedAt, deletion.LegalDeadline, deletion.PurgeStartedAt!.Value, now,
            deletion.Steps[^1].EndedAt, [.. deletion.Steps.Select(OperationStep.Of)], retained);
    }
}
