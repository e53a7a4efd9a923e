using ControlPlane.Sealing;
using Marten;
using Wolverine.Marten;

namespace ControlPlane.Hosting;

/// <summary>Destroys the key of a subject in the transaction of the events: what it has sealed reads as erased from the commit on.</summary>
public sealed record DestroyKey(string Subject) : IMartenOp
{
    public void Execute(IDocumentSession session) => session.QueueSqlCommand(KeyRing.Destruction, session.TenantId, Subject);
}
