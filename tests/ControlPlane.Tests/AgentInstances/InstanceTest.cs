using ControlPlane.AgentInstances;
using ControlPlane.Storage;
using ControlPlane.Tests.Bus;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Persistence.Durability;
using Wolverine.Persistence.Durability.ScheduledMessageManagement;

namespace ControlPlane.Tests.AgentInstances;

/// <summary>Walks instances of a tenant of its own.</summary>
public abstract class InstanceTest(App app) : AppTest(app)
{
    protected const string Blueprint = "workspace-agent@1";

    protected const string All = "/v1/agent-instances";

    protected async Task<string> Draft(string name = "Scout", string blueprint = Blueprint) =>
        (await Post(All, new { blueprintRef = blueprint, displayName = name })).ShouldHave(201).Text("id")!;

    protected async Task<string> Trial(string name = "Scout")
    {
        var id = await Draft(name);
        (await Post($"{All}/{id}/trial/activate", "{}")).ShouldHave(200);
        return id;
    }

    protected async Task<string> State(string id) => (await Get($"{All}/{id}?showDeleted=true")).Text("state") ?? "none";

    /// <summary>The types of the events of an instance, in order.</summary>
    protected async Task<string[]> History(string id)
    {
        await using var session = App.Host.Services.GetRequiredService<IDocumentStore>().QuerySession(Tenant);
        return [.. (await session.Events.FetchStreamAsync(id, token: TestContext.Current.CancellationToken)).Select(stored => stored.EventTypeName.Split('.')[1])];
    }

    /// <summary>Lets a timer of the tenant run now.</summary>
    protected async Task Pull<T>(Func<ScheduledMessageSummary, bool>? which = null)
    {
        var messages = App.Host.Services.GetRequiredService<IMessageStore>().ScheduledMessages;
        var due = await Until.FoundAsync(async () => (await messages.QueryAsync(
                new ScheduledMessageQuery { MessageType = typeof(T).FullName, PageSize = 10_000 }, TestContext.Current.CancellationToken))
            .Messages.FirstOrDefault(message => message.TenantId == Tenant && which?.Invoke(message) != false));
        await messages.RescheduleAsync(due.Id, TimeProvider.System.GetUtcNow(), TestContext.Current.CancellationToken);
    }

    protected Task StateBecomes(string id, string state) => Until.TrueAsync(async () => await State(id) == state);
}

public static class Replies
{
    public static Reply ShouldHave(this Reply reply, int status)
    {
        reply.Status.ShouldBe(status, reply.Body?.ToJsonString());
        return reply;
    }

    public static void ShouldRefuse(this Reply reply, int status, string code) =>
        (reply.Status, reply.Text("code")).ShouldBe((status, code), reply.Body?.ToJsonString());
}
