namespace Tour;

/// <summary>Where everything is: the variables of <c>.local/run.env</c>.</summary>
public sealed record Place(Uri Service, Uri Sandbox, Uri? RabbitMq, string RuntimeToken)
{
    public static Place FromEnvironment() => new(
        new(Needed("CONTROLPLANE_URL")),
        new(Needed("SANDBOX_URL")),
        Environment.GetEnvironmentVariable("CONTROLPLANE_RABBITMQ") is { Length: > 0 } url ? new Uri(url) : null,
        Needed("CONTROLPLANE_RUNTIME_TOKEN"));

    private static string Needed(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value
        ? value
        : throw new TourException($"{name} is not set: start the tour with ./dev run --tour");
}

/// <summary>The day did not go as it should.</summary>
public sealed class TourException(string message) : Exception(message);
