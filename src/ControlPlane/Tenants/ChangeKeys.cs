using Marten;
using Wolverine.Marten;

namespace ControlPlane.Tenants;

/// <summary>Quarantines, releases or destroys a key ring in the transaction of the events.</summary>
/// <param name="Statement">One of <see cref="Sealing.KeyRing"/>.</param>
/// <param name="Ring">A tenant, or the name of a departure's ring.</param>
public sealed record ChangeKeys(string Statement, string Ring) : IMartenOp
{
    public void Execute(IDocumentSession session) => session.QueueSqlCommand(Statement, Ring);
}
