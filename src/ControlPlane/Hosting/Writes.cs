using Marten;
using Wolverine.Marten;

namespace ControlPlane.Hosting;

/// <summary>
/// Several writes of one decision beside its events. A slice with a write model must not return them as a collection: Wolverine
/// would append the collection's items as the events.
/// </summary>
public sealed class Writes(params IEnumerable<IMartenOp> all) : IMartenOp
{
    public IEnumerable<IMartenOp> All => all;

    public void Execute(IDocumentSession session)
    {
        foreach (var write in all)
        {
            write.Execute(session);
        }
    }
}
