using ControlPlane.AgentInstances;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace ControlPlane.Tests.AgentInstances;

/// <summary>Random walks through the states: what the table allows is what the decisions do.</summary>
public class TransitionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [MemberData(nameof(EveryStateAndAction))]
    public void an_action_is_refused_exactly_where_it_is_not_allowed_and_the_refusal_lists_what_is(InstanceState state, InstanceAction action)
    {
        var life = state == InstanceState.Suspended
            ? new InstanceLife(InstanceState.Trial) { Suspensions = [new(SuspendCode.Customer, Now)] }
            : new InstanceLife(state);
        var row = Transitions.Table[action];

        var no = Transitions.Allow(life, action);

        var isFine = row.From.Contains(state) || row.Already.Contains(state);
        (no == WolverineContinue.NoProblems).ShouldBe(isFine);
        if (!isFine && state != InstanceState.Purged)
        {
            no.Status.ShouldBe(409);
            ((string[])no.Extensions["allowedTransitions"]!).ShouldBe(Transitions.Allowed(life).Select(ControlPlane.Storage.Words.Of));
        }
    }

    [Fact]
    public void nothing_leads_on_from_a_deletion_under_way() =>
        new[] { InstanceState.Deleting, InstanceState.Deleted, InstanceState.Purged }.ShouldAllBe(state => Transitions.Allowed(new(state)).Length == 0);

    [Fact]
    public void a_purged_instance_is_absent() =>
        Transitions.Allow(new(InstanceState.Purged), InstanceAction.Resume).Status.ShouldBe(404);

    [Fact]
    public void a_deletion_at_period_end_can_be_withdrawn_until_its_date()
    {
        var pending = new InstanceLife(InstanceState.Trial) { TrialEndsAt = Now.AddDays(3), Deletion = new(DeletionEffective.PeriodEnd, Now.AddDays(2)) };

        Transitions.Allowed(pending.At(Now)).ShouldContain(InstanceAction.Resume);
        Transitions.Allowed(pending.At(Now.AddDays(2))).ShouldBeEmpty();
    }

    [Fact]
    public void reads_are_right_although_the_timers_are_late()
    {
        var life = new InstanceLife(InstanceState.Trial)
        {
            TrialEndsAt = Now,
            Suspensions = [new(SuspendCode.Customer, Now.AddDays(-2)) { ResumeAt = Now.AddDays(-1) }],
        };

        life.At(Now.AddDays(-1).AddTicks(-1)).Suspensions.Select(held => held.Code).ShouldBe([SuspendCode.Customer]);
        life.At(Now.AddDays(-1)).State.ShouldBe(InstanceState.Trial);
        life.At(Now).Suspensions.Select(held => held.Code).ShouldBe([SuspendCode.TrialExpired]);
        life.At(Now).State.ShouldBe(InstanceState.Suspended);
    }

    public static TheoryData<InstanceState, InstanceAction> EveryStateAndAction()
    {
        var all = new TheoryData<InstanceState, InstanceAction>();
        foreach (var state in Enum.GetValues<InstanceState>())
        {
            foreach (var action in Enum.GetValues<InstanceAction>())
            {
                all.Add(state, action);
            }
        }

        return all;
    }
}
