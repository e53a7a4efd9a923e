using System.Text;

namespace ControlPlane.Tests.Model;

/// <summary>Writes the event model as Markdown with Mermaid diagrams.</summary>
internal static class EventModelDocument
{
    private const string Opening =
        """
        # Event model
        What can happen to the service, by area: what triggers it, which events it appends, what follows from them. This page is
        derived from the code and compared with it by a test; `UPDATE_EVENTMODEL=1 ./dev test event_model` writes it anew.

        - **Trigger**: an operation of the API, a message that another slice or a timer has left in the durable queue, or the clock.
        - **Events** are stored in the stream of their aggregate; **read models** are folded from them, inline unless said otherwise.
        - **On the bus**: the routing key under which the event is announced on `controlplane.events`.
        - In the diagrams an arrow from a slice to an event means *appends*, a dotted one *leaves this message behind*.


        """;

    public static string Write(EventModel model)
    {
        var page = new StringBuilder(Opening.Replace("\r", "", StringComparison.Ordinal));
        foreach (var area in model.Slices.Select(slice => slice.Area).Union(model.Events.Select(stored => stored.Area)).Order(StringComparer.Ordinal))
        {
            WriteArea(page, area, [.. model.Slices.Where(slice => slice.Area == area)], [.. model.Events.Where(stored => stored.Area == area)]);
        }

        page.Append("## Catalog\nRead from files at the start, never from events: ");
        page.AppendJoin(", ", EventModel.CatalogFolders.Select(folder => $"`GET /v1/{folder}`")).Append(" and one entry of each.\n");
        return page.ToString();
    }

    private static void WriteArea(StringBuilder page, string area, Slice[] slices, StoredEvent[] events)
    {
        page.Append($"## {area}\n");
        var writes = slices.Where(slice => !slice.IsRead).ToArray();
        if (writes.Length > 0)
        {
            WriteDiagram(page, writes);
            page.Append("\n| trigger | slice | events | messages and timers | outside |\n| --- | --- | --- | --- | --- |\n");
            foreach (var slice in writes)
            {
                page.Append($"| `{slice.Trigger}` | {slice.Name} | {Codes(slice.Events)} | {Codes(slice.Sends)} | {string.Join(", ", slice.Outside)} |\n");
            }
        }

        if (slices.Length > writes.Length)
        {
            page.Append("\n| read | read models |\n| --- | --- |\n");
            foreach (var read in slices.Where(slice => slice.IsRead))
            {
                page.Append($"| `{read.Trigger}` | {Codes(read.Loads)} |\n");
            }
        }

        if (events.Length > 0)
        {
            page.Append("\n| event | read and write models | on the bus | kept |\n| --- | --- | --- | --- |\n");
            foreach (var stored in events)
            {
                page.Append($"| `{stored.Alias}` | {Codes(stored.Models)} | {Codes(stored.OnTheBus)} | {stored.Retention} |\n");
            }
        }

        page.Append('\n');
    }

    private static void WriteDiagram(StringBuilder page, Slice[] writes)
    {
        page.Append("```mermaid\nflowchart LR\n");
        foreach (var slice in writes)
        {
            page.Append($"  {slice.Name}[[{slice.Name}]]\n");
            foreach (var stored in slice.Events)
            {
                page.Append($"  {slice.Name} --> {stored.Replace('.', '_')}([{stored}])\n");
            }

            foreach (var message in slice.Sends)
            {
                page.Append($"  {slice.Name} -.-> {message}\n");
            }

            foreach (var provider in slice.Outside)
            {
                page.Append($"  {slice.Name} ==> {provider}{{{{{provider}}}}}\n");
            }
        }

        page.Append("```\n");
    }

    private static string Codes(IReadOnlyList<string> names) => string.Join(", ", names.Select(name => $"`{name}`"));
}
