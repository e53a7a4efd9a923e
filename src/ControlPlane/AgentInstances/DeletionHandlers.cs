using ControlPlane.Billing;
using ControlPlane.Hosting;
using Marten;
using Wolverine;
using Wolverine.Marten;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>The period at whose end an instance was to be deleted is over.</summary>
public sealed record StartDeletion(string InstanceId, DateTimeOffset EffectiveAt);

/// <summary>Ends what belongs to an instance that is being deleted.</summary>
public sealed record CarryOutDeletion(string InstanceId);

/// <summary>What is kept of a deleted instance has been kept for as long as was promised.</summary>
public sealed record PurgeInstance(string InstanceId, DateTimeOffset PurgeAt);

public static class StartDeletionHandler
{
    public static (InstanceDeletionStarted?, OutgoingMessages) Handle(
        StartDeletion timer, [WriteModel(nameof(StartDeletion.InstanceId))] AgentInstance? instance) =>
        instance?.Life is { Underlying: < InstanceState.Deleting } life && life.Deletion == new Deletion(DeletionEffective.PeriodEnd, timer.EffectiveAt)
            ? (new(), [new CarryOutDeletion(instance.Id)])
            : (null, []);
}

public static class CarryOutDeletionHandler
{
    public const int KeptDays = 30;

    public static Task<IReadOnlyList<CurrentInstance>> LoadAsync(CarryOutDeletion message, IQuerySession session, CancellationToken cancellation) =>
        session.Query<CurrentInstance>().Where(current => current.InstanceId == message.InstanceId).ToListAsync(cancellation);

    public static (InstanceDeleted?, Writes, OutgoingMessages) Handle(
        CarryOutDeletion message, [WriteModel(nameof(CarryOutDeletion.InstanceId))] AgentInstance instance, IReadOnlyList<CurrentInstance> current, TimeProvider time)
    {
        if (instance.Life.Underlying != InstanceState.Deleting)
        {
            return (null, new(), []);
        }

        var purgeAt = time.GetUtcNow().AddDays(KeptDays);
        var timer = new OutgoingMessages();
        timer.Schedule(new PurgeInstance(instance.Id, purgeAt), purgeAt);
        timer.Add(new EndSubscriptionItem(instance.Id));
        return (new(purgeAt), new(current.Select(selected => MartenOps.Append(selected.Id, new InstanceSelected(null, instance.Id)))), timer);
    }
}

public static class PurgeInstanceHandler
{
    public static (InstancePurged?, Writes) Handle(
        PurgeInstance timer, [WriteModel(nameof(PurgeInstance.InstanceId))] AgentInstance? instance) =>
        instance?.Life is { Underlying: InstanceState.Deleted } life && life.PurgeAt == timer.PurgeAt
            ? (new(), new(MartenOps.DeleteWhere<InstanceRuntime>(runtime => runtime.Id == InstanceRuntime.StreamOf(instance.Id))))
            : (null, new());
}
