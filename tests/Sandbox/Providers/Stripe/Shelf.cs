using System.Text.Json.Nodes;

namespace OutsideWorld.Providers.Stripe;

/// <summary>All objects of one kind, in the order they were made; the oldest give way.</summary>
internal sealed class Shelf(string kind, string url)
{
    private const int Capacity = 100_000;
    private readonly LinkedList<JsonObject> _objects = new();
    private readonly Dictionary<string, LinkedListNode<JsonObject>> _byId = [];

    public string Kind => kind;

    public IEnumerable<JsonObject> NewestFirst => Walk(_objects.Last, node => node.Previous);

    public JsonObject? Find(string id) => _byId.GetValueOrDefault(id)?.Value;

    public JsonObject Require(string id, string param = "id", int status = StatusCodes.Status404NotFound) =>
        Find(id) ?? throw StripeFailure.NoSuch(kind, id, param, status);

    public JsonObject Add(JsonObject made)
    {
        _byId.Add(made["id"]!.GetValue<string>(), _objects.AddLast(made));
        if (_objects.Count > Capacity)
        {
            _byId.Remove(_objects.First!.Value["id"]!.GetValue<string>());
            _objects.RemoveFirst();
        }
        return made;
    }

    /// <summary>One page, newest first, before or after a cursor.</summary>
    public JsonObject List(StripeParameters parameters, Func<JsonObject, bool> fits)
    {
        var limit = parameters.Integer("limit") ?? 10;
        if (limit is < 1 or > 100)
            throw StripeFailure.Malformed($"Invalid limit: must be between 1 and 100, was {limit}", "parameter_invalid_integer", "limit");
        var (after, before) = (parameters.Value("starting_after"), parameters.Value("ending_before"));
        if (after is not null && before is not null)
            throw StripeFailure.Malformed("You cannot specify both starting_after and ending_before.", param: "starting_after");
        var from = before is not null
            ? Walk(Cursor(before, "ending_before").Next, node => node.Next)
            : Walk(after is null ? _objects.Last : Cursor(after, "starting_after").Previous, node => node.Previous);
        var found = from.Where(made => fits(made) && InTime(made, parameters)).Take((int)limit + 1).ToList();
        var page = found.Take((int)limit);
        return new JsonObject
        {
            ["object"] = "list",
            ["url"] = url,
            ["has_more"] = found.Count > limit,
            ["data"] = new JsonArray([.. (before is null ? page : page.Reverse()).Select(made => made.DeepClone())]),
        };
    }

    private LinkedListNode<JsonObject> Cursor(string id, string param) =>
        _byId.GetValueOrDefault(id) ?? throw StripeFailure.NoSuch(kind, id, param);

    private static bool InTime(JsonObject made, StripeParameters parameters)
    {
        var created = made["created"]!.GetValue<long>();
        return (parameters.Integer("created") ?? created) == created
            && created > (parameters.Integer("created.gt") ?? long.MinValue)
            && created >= (parameters.Integer("created.gte") ?? long.MinValue)
            && created < (parameters.Integer("created.lt") ?? long.MaxValue)
            && created <= (parameters.Integer("created.lte") ?? long.MaxValue);
    }

    private static IEnumerable<JsonObject> Walk(LinkedListNode<JsonObject>? node, Func<LinkedListNode<JsonObject>, LinkedListNode<JsonObject>?> step)
    {
        for (; node is not null; node = step(node))
            yield return node.Value;
    }
}
