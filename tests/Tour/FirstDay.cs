using System.Text.Json.Nodes;

namespace Tour;

/// <summary>A customer's first day, over REST, while a subscriber listens on the bus.</summary>
public static class FirstDay
{
    public static async Task WalkAsync(Place place)
    {
        using var rest = new Rest(place.Service);
        using var mailbox = new Mailbox(place.Sandbox);
        await using var bus = place.RabbitMq is { } broker ? await Bus.ListenAsync(broker) : null;
        Paper.Write(bus is null ? "Without a bus, nobody listens." : "A subscriber listens on controlplane.events; what it receives is marked ⇠.");

        Task Told(string what, string subject) => bus is null ? Task.CompletedTask : bus.ExpectAsync($"{what}.v1", subject);

        Paper.Chapter("Ada signs up, and proves her address with the code that was mailed to her.");
        var address = $"ada-{Guid.CreateVersion7():N}@example.org";
        var signup = await rest.Post(
            "/v1/auth/signup",
            new { email = address, displayName = "Ada", country = "FR", locale = "en", termsVersion = "2026-06", privacyVersion = "2026-06" },
            202, "signupId", "next");
        var signupId = Text(signup, "signupId");
        var account = await rest.Post("/v1/auth/signup/verifications", new { signupId, code = await mailbox.CodeFor(address) }, 201, "tenant.id", "principal.id");
        await Told("signup.started", signupId);
        await Told("tenant.created", Text(account, "tenant.id"));
        await Told("principal.created", Text(account, "principal.id"));
        await Told("access_token.minted", Text(account, "token.id"));
        await Told("signup.completed", signupId);

        Paper.Chapter("Her first token opens the API.");
        rest.Token = Text(account, "token.secret");
        await rest.Get("/v1/whoami", 200, "principalId", "tenantId", "permissions");
        await rest.Get("/v1/plan-profiles", 200, "items");
        var blueprints = await rest.Get("/v1/agent-blueprints?fields=full", 200, "items");
        var blueprint = blueprints["items"]!.AsArray().First(item => IsWithinReach(item!["spec"]!))!;

        Paper.Chapter("She drafts an agent instance and starts its trial.");
        var instance = await rest.Post(
            "/v1/agent-instances",
            new { blueprintRef = $"{blueprint["metadata"]!["name"]}@{blueprint["metadata"]!["version"]}", displayName = "Ada's first agent" },
            201, "id", "state");
        var id = Text(instance, "id");
        var path = $"/v1/agent-instances/{id}";
        await Told("agent_instance.drafted", id);
        await rest.Post($"{path}/trial/activate", null, 200, "state", "trial.endsAt");
        await Told("agent_instance.trial_started", id);

        Paper.Chapter("She configures it, makes it her current one, and its runtime reports.");
        var configured = await rest.Patch($"{path}/config", new { language = "fr" }, 200, "generation", "config.language");
        await Told("agent_instance.config_changed", id);
        await rest.Post($"{path}/select-as-current", null, 200, "currentInstanceId");
        await ReportAsync(rest, place.RuntimeToken, id, (int)configured["generation"]!);
        await Told("agent_instance.runtime_changed", id);
        await rest.Get(path, 200, "state", "runtime.phase", "allowedTransitions");

        Paper.Chapter("She pauses it over lunch.");
        await rest.Post($"{path}/suspend", new { reason = new { code = "customer" } }, 200, "state");
        await Told("agent_instance.suspended", id);
        await rest.Post($"{path}/resume", null, 200, "state");
        await Told("agent_instance.resumed", id);

        Paper.Chapter("In the evening she deletes it.");
        await rest.Delete(path, 204);
        await Told("agent_instance.deletion_requested", id);
        await Told("agent_instance.deleted", id);
        await rest.Get($"{path}?showDeleted=true", 200, "state", "purgeAt");

        Paper.Chapter(bus is null
            ? $"{rest.Calls} calls, all answered as they should."
            : $"{rest.Calls} calls, all answered as they should; {bus.Arrived} events received, every expected one among them.");
    }

    private static async Task ReportAsync(Rest rest, string runtimeToken, string id, int generation)
    {
        var customer = rest.Token;
        var now = TimeProvider.System.GetUtcNow();
        rest.Token = runtimeToken;
        await rest.Post(
            "/v1/runtime/reports",
            new
            {
                reports = new[]
                {
                    new
                    {
                        instanceId = id,
                        phase = "running",
                        observedGeneration = generation,
                        heartbeatAt = now,
                        conditions = new[] { new { type = "ready", status = "true", reason = "Started", lastTransitionAt = now } },
                    },
                },
            },
            202, "accepted");
        rest.Token = customer;
    }

    private static bool IsWithinReach(JsonNode spec) =>
        spec["requiredTier"]?.ToString() == "solo" && (bool)spec["trialEligible"]! && !(bool)spec["telegramFirst"]!;

    private static string Text(JsonNode answer, string path) =>
        path.Split('.').Aggregate((JsonNode?)answer, (at, name) => at?[name])?.ToString() ?? throw new TourException($"The answer has no {path}: {answer.ToJsonString()}");
}
