using OutsideWorld.Webhooks;

namespace OutsideWorld;

/// <summary>One outside system: its wire contract, and the switches that only it has.</summary>
internal interface IProvider : IAsyncDisposable
{
    /// <summary>The word for it in <c>/_sandbox/{name}</c>, and by default the first segment of its addresses.</summary>
    string Name { get; }

    /// <summary>Sends what the provider tells its customers; null for a provider that has no webhooks.</summary>
    WebhookPusher? Webhooks { get; }

    /// <summary>Whether a request is meant for this provider, and its path as the provider would see it.</summary>
    bool Owns(PathString path, out PathString inside) => path.StartsWithSegments("/" + Name, out inside);

    /// <summary>Answers with the provider's own error body for a status; faults use it.</summary>
    Task RefuseAsync(HttpContext context, int status);

    /// <summary>The wire contract. Place <c>UseFaultsDuring</c> where the provider's work begins.</summary>
    void Serve(IApplicationBuilder pipeline);

    /// <summary>Switches below <c>/_sandbox/{name}</c>, beyond log, faults and webhooks.</summary>
    void Control(IEndpointRouteBuilder routes);
}
