using System.ComponentModel.DataAnnotations;
using System.Globalization;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Hosting.OpenApi;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace ControlPlane.Iam;

/// <summary>Invites somebody to join the tenant with a role.</summary>
/// <example>{ "email": "bob@example.org", "role": "operator" }</example>
/// <param name="Email">Whom to invite by mail; this or <c>telegramUserId</c>.</param>
/// <param name="TelegramUserId">Whom to invite at Telegram, by his numeric id; the inviter passes the link on.</param>
/// <param name="Role">The role that the principal will have, by id or name.</param>
/// <param name="Scope">Where it will hold; the whole tenant when left out.</param>
/// <param name="ExpiresInHours">How long it can be accepted.</param>
/// <param name="Locale">The language of the letter, as BCP 47.</param>
/// <param name="Message">What the inviter adds to the letter; at most 500 characters.</param>
/// <param name="Deliver">Whether a letter is sent; otherwise the answer holds the link, once.</param>
public sealed record Invite(
    [property: Mailbox, MaxLength(254)] Personal? Email,
    [property: RegularExpression("^[1-9][0-9]{0,18}$")] Personal? TelegramUserId,
    [property: Required, MaxLength(40)] string Role,
    GrantScope? Scope = null,
    [property: Range(1, 720)] int ExpiresInHours = 168,
    [property: Format("locale"), MaxLength(35)] string Locale = "en",
    [property: MaxLength(500), Multiline] Personal? Message = null,
    bool? Deliver = null)
{
    /// <summary>Whether a letter goes out.</summary>
    internal bool IsMailed => Deliver ?? Email is not null;

    /// <summary>The subject id of whoever accepts.</summary>
    internal string Subject => Email is { } address ? EmailText.Normal(address.Value) : $"telegram:{TelegramUserId!.Value}";
}

/// <summary>What an invitation is decided on.</summary>
/// <param name="Self">Who invites.</param>
/// <param name="Scope">The path where the role is to hold.</param>
/// <param name="IsThere">Whether there is something at the path.</param>
/// <param name="OpenKey">Target and role as they are looked up.</param>
/// <param name="Open">The id of the open invitation of the same target and role.</param>
/// <param name="Namesake">Who has the target's subject id already.</param>
/// <param name="Recent">When the tenant's invitations of the last hour were made, oldest first.</param>
/// <param name="Tier">The tenant's.</param>
public sealed record InviteCase(
    Principal Self, string Scope, bool IsThere, string OpenKey, string? Open, PrincipalSubject? Namesake, IReadOnlyList<DateTimeOffset> Recent, Tier Tier);

public static class InviteEndpoint
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    public static async Task<InviteCase> LoadAsync(
        Invite command, Caller caller, IDocumentSession session, IDocumentStore store, KeyRing ring, TimeProvider time, CancellationToken cancellation)
    {
        if (command.Email is null == command.TelegramUserId is null)
        {
            throw new ProblemException(Problems.Malformed("/email", "one_of", "Either email or telegramUserId is expected"));
        }

        await session.TakeIamAsync(caller.TenantId, cancellation);
        var scope = command.Scope?.In(caller.TenantId) ?? ScopePaths.OfTenant(caller.TenantId);
        var since = time.GetUtcNow() - Window;
        var open = await ring.HashAsync(caller.TenantId, $"invitation\n{command.Subject.ToLowerInvariant()}\n{command.Role}", cancellation);
        var subject = await Subjects.KeyAsync(ring, caller.TenantId, PrincipalType.User, command.Subject, cancellation);
        return new(
            await caller.SelfAsync(store, cancellation),
            scope,
            await session.IsThereAsync(scope, cancellation),
            open,
            await OpenAsync(open, session, time.GetUtcNow(), cancellation),
            await session.LoadAsync<PrincipalSubject>(subject, cancellation),
            await session.Query<Invitation>().Where(sent => sent.CreatedAt > since).OrderBy(sent => sent.CreatedAt).Select(sent => sent.CreatedAt).ToListAsync(cancellation),
            (await session.LoadAsync<Tenant>(caller.TenantId, cancellation))?.Tier ?? Tier.Solo);
    }

    public static ProblemDetails Validate(Invite command, InviteCase found, Caller caller, InvitationSettings settings, HttpContext http, TimeProvider time)
    {
        var now = time.GetUtcNow();
        Fault[] faults =
        [
            .. GrantRules.Faults(command.Role, null, now),
            .. command is { Deliver: true, Email: null } ? [new Fault("/deliver", "out_of_place", "Only an e-mail address gets a letter")] : Array.Empty<Fault>(),
        ];
        if (faults.Length == 0 && found.Recent.Count >= settings.AnHour)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling((found.Recent[0] + Window - now).TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return Problems.Because(429, "rate_limited", "Too many invitations", null, ("retryable", true));
        }

        return faults.Length > 0 ? Problems.Malformed(faults)
            : GrantRules.Refuse(caller, found.Self, command.Role, found.Scope, found.IsThere, null) is { } no ? no
            : found.Open is { } open
                ? Problems.Conflict("invitation_open", "There is an open invitation of the same person with the same role", ("invitationId", open))
            : found.Namesake is { PrincipalId: var namesake }
                ? Problems.Conflict("subject_taken", "The person is a principal of the tenant already", ("principalId", namesake))
            : WolverineContinue.NoProblems;
    }

    /// <summary>Mint an invitation token; it is mailed, or shown once in the link.</summary>
    [WolverinePost("/v1/invitations"), Requires("iam:write"), Answers(201, 422), Calls(Outside.Postmark)]
    public static async Task<(Answer<InvitationView>, Quota?, IEnumerable<IMartenOp>, OutgoingMessages)> Post(
        Invite command, InviteCase found, Caller caller, InvitationTokens tokens, Portal portal, CatalogStore catalog, TimeProvider time, CancellationToken cancellation)
    {
        var id = Ids.New("inv");
        var token = await tokens.OfAsync(caller.TenantId, id, cancellation);
        var expiresAt = time.GetUtcNow().AddHours(command.ExpiresInHours);
        var messages = new OutgoingMessages();
        messages.Schedule(new ExpireInvitation(id), expiresAt);
        if (command.IsMailed)
        {
            messages.Add(new SendInvitationLetter(id));
        }

        return (
            new(async (views, session, cancel) => (await views.LoadAsync<InvitationView>(id, session, cancel))! with
            {
                AcceptUrl = command.IsMailed ? null : portal.At(InvitationTokens.PathOf(token)),
            }, 201),
            Plans.LimitOf(catalog, found.Tier, QuotaMetric.Seats) is { } limit ? new Quota("seats", limit) : null,
            [
                MartenOps.StartStream<Invitation>(id, new InvitationCreated(
                    command.Email is { } address ? new Personal(EmailText.Normal(address.Value)) : null, command.TelegramUserId,
                    command.Role, found.Scope, command.Locale, command.Message, command.IsMailed, expiresAt, caller.HomeTenantId, caller.PrincipalId)),
                // Takes the place of one that is over and whose timer is late.
                MartenOps.Store(new OpenInvitation(found.OpenKey, id)),
                MartenOps.Store(new InvitationToken(TokenFormat.HashOf(token), caller.TenantId, id)),
            ],
            messages);
    }

    private static async Task<string?> OpenAsync(string key, IQuerySession session, DateTimeOffset now, CancellationToken cancellation) =>
        await session.LoadAsync<OpenInvitation>(key, cancellation) is { InvitationId: var id }
            && await session.LoadAsync<Invitation>(id, cancellation) is { } found && found.StateAt(now) == InvitationState.Pending
            ? id
            : null;
}
