using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using ControlPlane.Hosting;
using ControlPlane.Iam;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using ControlPlane.Tests.Bus;

namespace ControlPlane.Tests.Contract;

/// <summary>What holds for every operation, asked of every operation that the document has.</summary>
public class SweepTests(App app) : AppTest(app)
{
    // Stands in examples for whoever is there.
    private const string ExamplePrincipal = "prn_0199f0c2a5b87c3e9d4f1a2b3c4d5e6f";

    private const string ExampleEvent = "0199f0c2-a5b8-7c3e-9d4f-1a2b3c4d5e6f";

    // The order in which one instance can take what is asked of it.
    private static readonly string[] LifeOfAnInstance = ["trial/activate", "select-as-current", "suspend", "resume", "convert", "plan-preview", "plan-change", "delete"];

    private readonly Probe _probe = new(app);
    private string _event = ExampleEvent;

    [Fact]
    public Task without_a_token_or_with_garbage_for_one_the_answer_is_401() => ForEach(operation => !operation.IsPublic, async operation =>
    {
        foreach (var token in new[] { null, "garbage", $"ocp_pat_{new string('0', 49)}" })
        {
            var reply = await _probe.SendAsync(operation, PathOf(operation), token);
            (reply.Status, reply.Text("code"), reply.Headers.GetValueOrDefault("WWW-Authenticate")).ShouldBe((401, "unauthenticated", "Bearer"));
        }
    });

    [Fact]
    public async Task each_role_may_do_at_each_scope_what_the_table_of_roles_says()
    {
        var instance = Ids.New("ain");
        var here = $"/tenants/{Tenant}";
        var seats = new List<(string Role, string Scope, string Token)>();
        foreach (var role in Roles.Names)
        {
            seats.Add((role, "/", await Join(role, "/", home: ControlPlane.Tenants.Tenant.Platform)));
            seats.Add((role, here, await Join(role, here)));
            seats.Add((role, $"{here}/agent-instances/{instance}", await Join(role, $"{here}/agent-instances/{instance}")));
            seats.Add((role, "another tenant", await Join(role, $"/tenants/{Ids.New("ten")}")));
        }

        await ForEach(operation => !operation.IsPublic, async operation =>
        {
            foreach (var (role, scope, token) in seats)
            {
                foreach (var id in new[] { instance, Ids.New("ain") })
                {
                    var reply = await _probe.SendAsync(operation, PathOf(operation, OwnTenant(operation) ?? id), token, headers: ("X-Tenant-Id", Tenant));
                    var isRefused = reply.Status == 403 && reply.Text("missingPermission") == operation.Permission;
                    isRefused.ShouldBe(!May(operation, role, scope, here), $"{role} at {scope}: {operation.Name} answered {reply.Status} {reply.Text("code")}");
                    if (scope.EndsWith(instance, StringComparison.Ordinal) && id != instance && !isRefused && operation.Path.StartsWith("/v1/agent-instances/{id}", StringComparison.Ordinal))
                    {
                        reply.Status.ShouldBe(404, $"{role} at {scope}: {operation.Name}");
                    }
                }
            }
        });
    }

    [Fact]
    public Task a_body_that_is_not_what_it_should_be_is_400_and_told_where() => ForEach(operation => operation.Body is not null, async operation =>
    {
        Task<Reply> Try(string body) => _probe.SendAsync(operation, PathOf(operation, OwnTenant(operation)), TokenFor(operation), body);
        (await Try("{")).Faults.ShouldBe([" invalid_json"], operation.Name);
        (await Try("""{"a":1,"a":2}""")).Faults.ShouldBe([" invalid_json"], operation.Name);
        (await Try("[]")).Faults.ShouldBe([" type"], operation.Name);
        (await _probe.SendAsync(operation, PathOf(operation, OwnTenant(operation)), TokenFor(operation), "{}", "text/plain")).Status.ShouldBe(415, operation.Name);
        (await Try($$"""{"a":"{{new string('x', RequestBodies.MaxBytes)}}"}""")).Status.ShouldBe(413, operation.Name);
        if (operation.Body!["properties"] is JsonObject members)
        {
            (await Try("""{"nope":1}""")).Faults.ShouldContain("/nope unknown_field", operation.Name);
            var typed = members.Select(member => (Name: member.Key, Type: (string?)operation.Resolve(member.Value!.AsObject())["type"])).Where(member => member.Type is not null).ToArray();
            var wrong = new JsonObject(typed.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)(member.Type == "string" ? 17 : "seventeen"))));
            typed.Select(member => $"/{member.Name}").ShouldBeSubsetOf(typed.Length == 0 ? [] : (await Try(wrong.ToJsonString())).Faults.Select(fault => fault.Split(' ')[0]), operation.Name);
        }
    });

    [Fact]
    public Task a_parameter_that_there_is_not_is_400_and_named() => ForEach(operation => operation.ParametersIn("header").Any() && operation.Permission != "signature", async operation =>
        (await _probe.SendAsync(operation, $"{PathOf(operation, OwnTenant(operation))}?nope=1", TokenFor(operation), ExampleOf(operation))).Faults.ShouldContain("?nope unknown_parameter", operation.Name));

    [Fact]
    public Task what_is_not_there_is_404() => ForEach(operation => operation.ParametersIn("path").Any(), async operation =>
    {
        var reply = await _probe.SendAsync(operation, PathOf(operation), TokenFor(operation), ExampleOf(operation));

        reply.Status.ShouldBe(404, $"{operation.Name} answered {reply.Text("code")}");
    });

    [Fact]
    public async Task what_is_another_tenants_is_not_there_and_answers_like_what_never_was()
    {
        var instance = (await Post("/v1/agent-instances", new { blueprintRef = "workspace-agent@1", displayName = "Mine" })).Text("id")!;
        var principal = await Post("/v1/principals", new { type = "service", subjectId = "mine", displayName = "Mine", roles = new[] { new { role = "operator" } } });
        var mine = new Dictionary<string, string>
        {
            ["/v1/agent-instances/{id}"] = instance,
            ["/v1/audit/events/{id}"] = await FirstEventIdAsync(),
            ["/v1/audit/streams/{id}"] = Tenant,
            ["/v1/auth/tokens/{id}"] = (string)principal.Body!["token"]!["id"]!,
            ["/v1/invitations/{id}"] = (await Post("/v1/invitations", new { telegramUserId = "7", role = "operator" })).Text("id")!,
            ["/v1/operations/{id}"] = await LeaveAndComeBackAsync(),
            ["/v1/tenants/{id}"] = Tenant,
            ["/v1/principals/{id}"] = (string)principal.Body["principal"]!["id"]!,
            ["/v1/role-assignments/{id}"] = (string)principal.Body["principal"]!["roles"]![0]!["assignmentId"]!,
        };
        var home = Ids.New("ten");
        var strangers = new[] { await Join("owner", $"/tenants/{home}", home: home), await Join("owner", $"/tenants/{Tenant}", home: home) };

        await ForEach(operation => !operation.IsPublic && OwnerOf(operation) is not null, async operation =>
        {
            var id = mine.GetValueOrDefault(OwnerOf(operation)!) ?? throw new ShouldAssertException($"{operation.Name}: make one of these for the sweep");
            foreach (var token in strangers)
            {
                var theirs = await _probe.SendAsync(operation, PathOf(operation, id), token, ExampleOf(operation));
                var nobodys = await _probe.SendAsync(operation, PathOf(operation), token, ExampleOf(operation));
                (theirs.Status, Told(theirs)).ShouldBe((nobodys.Status, Told(nobodys)), operation.Name);
                theirs.Status.ShouldBeOneOf(404, 403);
                (await _probe.SendAsync(operation, PathOf(operation, id), token, ExampleOf(operation), headers: ("X-Tenant-Id", Tenant))).Status.ShouldBe(403, operation.Name);
            }

            (await _probe.SendAsync(operation, PathOf(operation, id), strangers[0], ExampleOf(operation))).Status.ShouldBe(404, operation.Name);
        });
    }

    [Fact]
    public Task a_key_that_is_none_is_told() => ForEach(operation => operation.ParametersIn("header").Contains("Idempotency-Key"), async operation =>
    {
        var reply = await _probe.SendAsync(operation, PathOf(operation, OwnTenant(operation)), TokenFor(operation), ExampleOf(operation), headers: ("Idempotency-Key", new string('k', 256)));

        reply.Faults.ShouldBe([" idempotency_key"], operation.Name);
    });

    [Fact]
    public async Task a_post_that_is_repeated_under_its_key_gets_the_first_answer()
    {
        var instance = (await Post("/v1/agent-instances", new { blueprintRef = "workspace-agent@1", displayName = "Repeated" })).Text("id")!;
        await LeaveAndComeBackAsync();
        await CustomerAsync();
        await CardAsync();
        _event = await FirstEventIdAsync();
        var operations = (await Operations()).Where(operation => operation.ParametersIn("header").Contains("Idempotency-Key"));

        foreach (var operation in operations.OrderBy(operation => Array.IndexOf(LifeOfAnInstance, operation.Path.Split("{id}/")[^1])))
        {
            if (operation.ParametersIn("path").Any() && OwnTenant(operation) is null)
            {
                LifeOfAnInstance.Select(step => $"/v1/agent-instances/{{id}}/{step}").ShouldContain(operation.Path, "tell how to bring it to a success");
            }

            var (path, key) = (PathOf(operation, OwnTenant(operation) ?? instance), ("Idempotency-Key", Ids.New("key")));
            var first = await _probe.SendAsync(operation, path, TokenFor(operation), ExampleOf(operation), headers: key);
            var second = await _probe.SendAsync(operation, path, TokenFor(operation), ExampleOf(operation), headers: key);

            first.Status.ShouldBeLessThan(300, $"{operation.Name} answered {first.Text("code")}");
            if (operation.Path.EndsWith("/convert", StringComparison.Ordinal))
            {
                await Until.TrueAsync(async () => (await Account()).ItemOf(instance) is not null);
            }

            first.Headers.ShouldNotContainKey("Idempotency-Replayed");
            (second.Status, second.Headers.GetValueOrDefault("Idempotency-Replayed"), second.Text("id")).ShouldBe((first.Status, "true", first.Text("id")), operation.Name);
        }
    }

    [Fact]
    public Task every_authenticated_post_takes_a_key_and_no_other_operation_says_so() => ForEach(_ => true, operation =>
    {
        var takes = operation.ParametersIn("header").Contains("Idempotency-Key");
        takes.ShouldBe(operation is { Method: "POST", IsPublic: false }, operation.Name);
        return Task.CompletedTask;
    });

    private static bool May(Described operation, string role, string scope, string here)
    {
        if (operation.Permission == "authenticated")
        {
            return true;
        }

        var isOfInstances = operation.Path.StartsWith("/v1/agent-instances", StringComparison.Ordinal);
        var isListed = operation.Path == "/v1/agent-instances" && operation.Method == "GET";
        var reaches = scope == "/" || scope == here || (scope.StartsWith(here, StringComparison.Ordinal) && isOfInstances && (isListed || operation.ParametersIn("path").Any()));
        return reaches && Tables.Roles[operation.Permission].Contains(role);
    }

    private async Task<IReadOnlyList<Described>> Operations() => Described.In((await Get("/openapi/v1.json", null)).Body!.AsObject());

    private async Task ForEach(Func<Described, bool> applies, Func<Described, Task> check)
    {
        var operations = (await Operations()).Where(applies).ToArray();
        operations.ShouldNotBeEmpty();
        var faults = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(operations, TestContext.Current.CancellationToken, async (operation, _) =>
        {
            try
            {
                await check(operation);
            }
            catch (ShouldAssertException fault)
            {
                faults.Add($"{operation.Name}: {fault.Message}");
            }
        });
        faults.ShouldBeEmpty();
    }

    /// <summary>The path of the tenant's own resource that the operation is about; null where it is about none.</summary>
    private async Task<string> FirstEventIdAsync()
    {
        await using var session = App.Store.QuerySession(Tenant);
        return (await session.Events.FetchStreamAsync(Tenant, token: TestContext.Current.CancellationToken))[0].Id.ToString();
    }

    // So that there is an operation of the tenant, and something to restore.
    private async Task<string> LeaveAndComeBackAsync()
    {
        var left = await Send(HttpMethod.Delete, $"/v1/tenants/{Tenant}", $$"""{"reason":"customer","confirm":"{{Tenant}}"}""");
        (await Post($"/v1/tenants/{Tenant}/restore", "{}")).Status.ShouldBe(200);
        return left.Text("operationId")!;
    }

    /// <summary>The id for operations that name the tenant in their path.</summary>
    private string? OwnTenant(Described operation) => operation.Path.StartsWith("/v1/tenants/{id}", StringComparison.Ordinal) ? Tenant : null;

    private static string? OwnerOf(Described operation)
    {
        var end = operation.Path.IndexOf("{id}", StringComparison.Ordinal);
        return end < 0 || operation.Path.StartsWith("/v1/role-definitions", StringComparison.Ordinal) || operation.Permission.StartsWith("catalog", StringComparison.Ordinal)
            ? null
            : operation.Path[..(end + "{id}".Length)];
    }

    private static string Told(Reply reply)
    {
        var body = reply.Body!.DeepClone().AsObject();
        body.Remove("requestId");
        return body.ToJsonString();
    }

    /// <summary>The path with ids that nothing has.</summary>
    private static string PathOf(Described operation, string? id = null) => operation.PathWith(part => part switch
    {
        "ref" => "no-such-thing@1",
        "name" => "no-such-thing",
        _ => id ?? Ids.New("ain"),
    });

    private string? TokenFor(Described operation) => operation.Permission switch
    {
        "public" or "signature" => null,
        var permission when permission.StartsWith("runtime:", StringComparison.Ordinal) => Runtime,
        "manager-bot:use" => App.Tokens["CONTROLPLANE_MANAGER_BOT_TOKEN"],
        _ => Owner,
    };

    /// <summary>A body that passes the check of its shape.</summary>
    private string? ExampleOf(Described operation) => operation.Body is not { } body ? null
        : body["examples"]?[0]?.ToJsonString().Replace(ExamplePrincipal, Me, StringComparison.Ordinal).Replace(ExampleEvent, _event, StringComparison.Ordinal)
        ?? (body["required"] is null ? "{}" : throw new ShouldAssertException("give the body's record an <example>"));
}
