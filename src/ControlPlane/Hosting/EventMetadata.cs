using System.Diagnostics;
using ControlPlane.Catalog;
using ControlPlane.Storage;
using JasperFx.Events;

namespace ControlPlane.Hosting;

/// <summary>The metadata that every stored event carries beside what Marten keeps: who, through which token, in which request, under which policy and on what legal basis.</summary>
public static class EventMetadata
{
    public static void Complete(StreamAction stream, HttpContext? context, CatalogStore catalog)
    {
        var caller = context?.Features.Get<Caller>();
        foreach (var stored in stream.Events)
        {
            var kind = EventCatalog.Of(stored.Data.GetType());
            // Who speaks through a queue is told by whoever appends; nobody else names an actor.
            Set(stored, EventHeaders.Actor, stored.GetHeader(EventHeaders.Actor) is null ? caller?.PrincipalId ?? (context is null ? Actors.System : Actors.Anonymous) : null);
            stored.SetHeader(EventHeaders.Retention, kind.RetentionPolicy);
            stored.SetHeader(EventHeaders.LegalBasis, Words.Of(catalog.Newest<RetentionPolicy>(kind.RetentionPolicy)!.Spec.LegalBasis));
            Set(stored, EventHeaders.Token, caller?.TokenId);
            Set(stored, EventHeaders.OnBehalfOf, caller is { IsStaff: true } ? caller.TenantId : null);
            Set(stored, EventHeaders.RequestId, RequestIds.Current);
            Set(stored, EventHeaders.TraceParent, Activity.Current?.Id);
        }
    }

    private static void Set(IEvent stored, string name, string? value)
    {
        if (value is not null)
        {
            stored.SetHeader(name, value);
        }
    }
}
