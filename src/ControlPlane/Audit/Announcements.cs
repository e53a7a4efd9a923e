using System.Globalization;
using ControlPlane.Hosting.Bus;
using JasperFx.Events;

namespace ControlPlane.Audit;

public static class Announcements
{
    public static AnnouncementMap AddAudit(this AnnouncementMap map) => map
        .On((IEvent<RetentionPolicyReclassified> e) => new Contracts.AuditPolicyReclassified(
            e.StreamKey!, e.Data.FromPolicyId, e.Data.ToPolicyId, e.Data.ExpiresAt, e.Data.OperationId))
        .On((IEvent<SealClosed> e) => new Contracts.AuditSealed(
            e.Data.Number.ToString(CultureInfo.InvariantCulture), e.Data.FirstSequence, e.Data.LastSequence, e.Data.RootHash, e.Data.KeyId, e.Data.Signature));
}
