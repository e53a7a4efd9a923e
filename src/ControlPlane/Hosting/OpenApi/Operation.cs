using System.Reflection;
using ControlPlane.Storage;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.Hosting.OpenApi;

/// <summary>One operation as its endpoint declares it.</summary>
internal sealed record Operation(RouteEndpoint Endpoint, string Method, Slice? Slice, OperationText? Text)
{
    public string Path => Endpoint.RoutePattern.RawText!;

    public string Id => Text?.Id ?? Camel(Slice!.Method.DeclaringType!.Name.Replace("Endpoint", "", StringComparison.Ordinal));

    public string Area => Text?.Area ?? Areas.Of(Path);

    public bool IsExtension => Endpoint.Metadata.GetMetadata<ExtensionAttribute>() is not null;

    public string Permission => Endpoint.Metadata.GetMetadata<AccessAttribute>()?.Permission ?? Text!.Permission;

    /// <summary>Whether it asks for no token: anybody may call, or something else guards it.</summary>
    public bool IsPublic => Permission is "public" or "network" or "signature" or "state";

    /// <summary>Whether it passes what every operation of the API passes; only what serves machines and browsers does not.</summary>
    public bool IsOfApi => Endpoint.Metadata.GetMetadata<AccessAttribute>() is not null;

    public bool IsRead => HttpMethods.IsGet(Method);

    public bool ReadsItsBody => Endpoint.Metadata.GetMetadata<RawBodyAttribute>() is not null;

    public Type? Body => Endpoint.Metadata.GetMetadata<CommandType>()?.Type;

    public Type? Query => Endpoint.Metadata.GetMetadata<QueryAttribute>()?.Type;

    public bool TakesIdempotencyKey => HttpMethods.IsPost(Method) && IsOfApi && !IsPublic;

    public bool TakesIfMatch => !IsRead && Slice?.Method.GetParameters().Any(parameter => parameter.IsDefined(typeof(WriteModelAttribute))) == true;

    public bool HasETag => Text is not null ? IsOfApi : IsRead && Returned(typeof(Resource<>)) is not null;

    public bool TakesQuota => Slice is not null && Parts(Slice.Method.ReturnType).Any(part => part == typeof(Quota));

    /// <summary>The type of the body of its success; null where there is none.</summary>
    public Type? Answer => Text is not null ? Text.Answer
        : Returned(typeof(Answer<>)) is { } answer ? (answer.GetGenericArguments()[0] is var body && body == typeof(Nothing) ? null : body)
        : Returned(typeof(Resource<>)) is { } resource ? resource.GetGenericArguments()[0]
        : Returned(typeof(Page<>));

    public IReadOnlyList<int> Declared => Endpoint.Metadata.GetMetadata<AnswersAttribute>()?.Statuses ?? [];

    public IReadOnlyList<int> Successes => Declared.Any(status => status < 400) ? [.. Declared.Where(status => status < 400)]
        : Slice is not null && Answer is null ? [204]
        : [200];

    public IEnumerable<string> SideEffects =>
        [IsRead ? "read-only" : "mutates-db", .. (Endpoint.Metadata.GetMetadata<CallsAttribute>()?.Parts ?? []).Select(part => $"calls-{Words.Of(part)}")];

    public static IEnumerable<Operation> In(IEnumerable<EndpointDataSource> sources) =>
        from endpoint in sources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        let slice = endpoint.Metadata.GetMetadata<Slice>()
        let text = endpoint.Metadata.GetMetadata<OperationText>()
        where slice is not null || text is not null
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [HttpMethods.Get]
        where !HttpMethods.IsHead(method)
        orderby endpoint.RoutePattern.RawText, method
        select new Operation(endpoint, method, slice, text);

    private Type? Returned(Type definition) => Slice is null ? null
        : Parts(Slice.Method.ReturnType).FirstOrDefault(part => part.IsConstructedGenericType && part.GetGenericTypeDefinition() == definition);

    private static IEnumerable<Type> Parts(Type returned) =>
        returned.IsConstructedGenericType && returned.GetGenericTypeDefinition() is var definition && (definition == typeof(Task<>) || definition == typeof(ValueTask<>))
            ? Parts(returned.GetGenericArguments()[0])
        : returned.IsAssignableTo(typeof(System.Runtime.CompilerServices.ITuple)) ? returned.GetGenericArguments()
        : [returned];

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
