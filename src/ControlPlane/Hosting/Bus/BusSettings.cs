namespace ControlPlane.Hosting.Bus;

/// <summary>Section <c>Bus</c> of the configuration.</summary>
public sealed record BusSettings
{
    /// <summary>The AMQP URL, from <c>ConnectionStrings:RabbitMq</c>; empty for a service without a bus.</summary>
    public string Url { get; init; } = "";

    /// <summary>The CloudEvents source: tells deployments apart that share a broker.</summary>
    public string Source { get; init; } = "urn:controlplane:events";

    /// <summary>The broker user whose runtime reports are believed.</summary>
    public string RuntimeUser { get; init; } = "runtime";

    public static BusSettings Of(IConfiguration configuration) =>
        (configuration.GetSection("Bus").Get<BusSettings>() ?? new()) with { Url = configuration.GetConnectionString("RabbitMq") ?? "" };
}
