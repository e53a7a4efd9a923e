using System.ComponentModel.DataAnnotations;
using ControlPlane.Billing;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Persistence.EventSourcing;

namespace ControlPlane.AgentInstances;

/// <summary>Pays for an instance; without an offer or a plan, with the offer that the tenant signed up for.</summary>
/// <example>{ "offerRef": "retail@2#solo-monthly" }</example>
/// <param name="OfferRef">What is bought, <c>catalog@version#offer</c>; this or <c>planRef</c>.</param>
/// <param name="PlanRef">The plan that is bought, <c>name@version</c>; the offer is found.</param>
/// <param name="BillingPeriod">With <c>planRef</c>: how often it is charged; monthly when left out.</param>
/// <param name="SuccessUrl">Where the page for the payment method leads on to: a page of the portal, or of an origin that is configured.</param>
/// <param name="CancelUrl">Where it leads back to.</param>
public sealed record ConvertInstance(
    OfferRef? OfferRef = null, Ref<PlanProfile>? PlanRef = null, BillingPeriod? BillingPeriod = null,
    [property: Format("uri"), MaxLength(2000)] string? SuccessUrl = null, [property: Format("uri"), MaxLength(2000)] string? CancelUrl = null);

/// <summary>A conversion that is under way.</summary>
/// <param name="InstanceId">The instance.</param>
/// <param name="State"><c>converting</c>.</param>
/// <param name="OfferRef">What is bought.</param>
/// <param name="PlanRef">The plan that it will be on.</param>
/// <param name="CheckoutUrl">Where a payment method is left; absent where there is one, and it is charged without anybody's doing.</param>
/// <param name="ExpiresAt">When it is given up and the instance goes back to where it was.</param>
public sealed record ConversionView(string InstanceId, InstanceState State, string OfferRef, string PlanRef, [property: Secret] string? CheckoutUrl, DateTimeOffset ExpiresAt);

/// <summary>What a conversion is decided on.</summary>
/// <param name="Blueprint">What the instance was made from.</param>
/// <param name="Account">How the tenant pays; null where it has no account.</param>
/// <param name="Country">Where the tenant is.</param>
/// <param name="OfferRef">What is bought.</param>
/// <param name="Offer">The same, where there is such an offer.</param>
public sealed record ConversionCase(AgentBlueprint Blueprint, BillingAccount? Account, string Country, OfferRef? OfferRef, Offer? Offer)
{
    /// <summary>The price in the tenant's currency.</summary>
    public Price? Price => Account is null ? null : Offer?.Price(Account.Currency);
}

public static class ConvertInstanceEndpoint
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);

    public static async Task<ConversionCase> LoadAsync(
        ConvertInstance command, AgentInstance instance, Caller caller, CatalogStore catalog, TimeProvider time, IQuerySession session, CancellationToken cancellation)
    {
        var account = await session.LoadAsync<BillingAccount>(BillingAccount.IdOf(caller.TenantId), cancellation);
        var country = (await session.LoadAsync<Tenant>(caller.TenantId, cancellation))?.Country ?? "";
        var offer = command.OfferRef
            ?? (command.PlanRef is { } plan ? Offers.Of(catalog, plan, command.BillingPeriod ?? BillingPeriod.Month, country, time.GetUtcNow())
                : account is not null ? OfferRef.Parse(account.OfferRef) : null);
        return new(catalog.Get<AgentBlueprint>(instance.BlueprintRef).Spec, account, country, offer, offer is { } found ? catalog.Offer(found) : null);
    }

    public static ProblemDetails Validate(ConvertInstance command, AgentInstance instance, ConversionCase found, Portal portal, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var life = instance.Life.At(now);
        var pointer = command.OfferRef is null && command.PlanRef is not null ? "/planRef" : "/offerRef";
        return Malformed(command, portal).ToArray() is { Length: > 0 } faults ? Problems.Malformed(faults)
            : life.Underlying == InstanceState.Active ? Problems.Conflict("already_paid", "The instance is paid for")
            : Transitions.Allow(life, InstanceAction.Convert, Blocking(life)) is var no && no != WolverineContinue.NoProblems ? no
            : life.State == InstanceState.Converting ? WolverineContinue.NoProblems
            : found.Account is not { } account ? Problems.Conflict("no_billing_account", "The tenant has nobody who pays")
            : account.Standing is { Standing: not Standing.Good } ? Problems.Conflict("past_due", "What is due has to be paid first")
            : found.Offer is not { } offer
                ? Problems.AgainstTheRules("unknown_reference", "There is no such offer", [new(pointer, "unknown_reference", "There is no such offer")])
            : !offer.IsOpen(now, found.Country) || found.Price is null
                ? Problems.AgainstTheRules("offer_not_available", "The offer can't be bought", [new(pointer, "not_available", "It can't be bought now, or not in the tenant's country and currency")])
            : !found.Blueprint.Admits(offer.PlanRef.Value)
                ? Problems.AgainstTheRules("plan_not_admitted", "The blueprint does not run on this plan", [new(pointer, "plan_not_admitted", $"One of {string.Join(", ", found.Blueprint.PlanRefs)} is expected")])
            : WolverineContinue.NoProblems;
    }

    /// <summary>Pay for an instance: it is charged, or the answer leads to a page on which a payment method is left.</summary>
    [WolverinePost("/v1/agent-instances/{id}/convert"), Requires("billing:write"), Answers(202, 422, 503), Calls(Outside.Stripe), RememberedFor(days: 7)]
    public static async Task<(Answer<ConversionView>, ConversionStarted?, OutgoingMessages)> Post(
        ConvertInstance command, [WriteModel("id")] AgentInstance instance, ConversionCase found, Caller caller, Payments payments, Portal portal, TimeProvider time,
        CancellationToken cancellation)
    {
        if (instance.Life.Conversion is { } running)
        {
            var known = running.CheckoutSessionId is { } session ? await payments.AskedByCallerAsync(() => payments.FindPageAsync(session, cancellation)) : null;
            return (new(new ConversionView(instance.Id, InstanceState.Converting, running.OfferRef, running.PlanRef, known?.Url, running.ExpiresAt), 202, stream: instance.Id), null, []);
        }

        var account = found.Account!;
        var page = account.PaymentMethodId is not null ? null : await payments.AskedByCallerAsync(() => payments.OpenSetupAsync(
            $"{caller.TenantId}:convert:{Ids.New("key")}",
            caller.TenantId,
            new()
            {
                Customer = account.CustomerId ?? throw new ProblemException(Payments.Away()),
                Currency = account.Currency.ToLowerInvariant(),
                SuccessUrl = command.SuccessUrl ?? portal.At("/billing?checkout=done"),
                CancelUrl = command.CancelUrl ?? portal.At("/billing?checkout=cancelled"),
            },
            cancellation));
        var expires = page?.ExpiresAt is { } end ? new DateTimeOffset(DateTime.SpecifyKind(end, DateTimeKind.Utc)) : time.GetUtcNow() + GiveUpAfter;
        var (offer, plan) = (found.OfferRef!.Value.Value, found.Offer!.PlanRef.Value);
        // The timer looks at Stripe once more before it gives up, so it may as well come when the page has just closed.
        var messages = new OutgoingMessages { new CarryOutConversion(instance.Id) };
        messages.Schedule(new AbandonConversion(instance.Id, expires), expires);
        return (
            new(new ConversionView(instance.Id, InstanceState.Converting, offer, plan, page?.Url, expires), 202, stream: instance.Id),
            new(offer, plan, found.Price!.PriceId, page?.Id, expires, caller.PrincipalId),
            messages);
    }

    private static IEnumerable<Fault> Malformed(ConvertInstance command, Portal portal)
    {
        if (command is { OfferRef: not null, PlanRef: not null })
        {
            yield return new("/planRef", "one_of", "Either offerRef or planRef is expected");
        }

        if (command is { BillingPeriod: not null, PlanRef: null })
        {
            yield return new("/billingPeriod", "out_of_place", "Only with planRef is there a choice");
        }

        foreach (var (pointer, url) in new[] { ("/successUrl", command.SuccessUrl), ("/cancelUrl", command.CancelUrl) })
        {
            if (url is not null && !portal.Admits(url))
            {
                yield return new(pointer, "not_allowed", "A page of the portal, or of an origin that is configured, is expected");
            }
        }
    }

    // Paying lifts the end of a trial, and nothing else.
    private static string[]? Blocking(InstanceLife life) =>
        life.Suspensions.Select(held => held.Code).Where(code => code != SuspendCode.TrialExpired).Select(Words.Of).ToArray() is { Length: > 0 } others ? others : null;
}
