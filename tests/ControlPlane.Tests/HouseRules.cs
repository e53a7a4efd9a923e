using System.Reflection;
using System.Text.RegularExpressions;
using ControlPlane.Catalog;
using ControlPlane.Hosting;
using ControlPlane.Sealing;
using ControlPlane.Storage;
using ControlPlane.Tenants;
using JasperFx.Events;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Http;

namespace ControlPlane.Tests;

/// <summary>How the house is built, where a compiler does not see it.</summary>
public partial class HouseRules(App app)
{
    private static readonly Assembly Decides = typeof(Api).Assembly;
    private static readonly Assembly Folds = typeof(EventCatalog).Assembly;

    private static readonly string[] Areas =
    [
        "Agents", "AgentInstances", "AgentRuns", "Audit", "Billing", "BotClaims", "Catalog", "Hooks", "Iam", "Mail", "ManagerBot", "Mcp", "Notifications", "Outbox",
        "PortalApps", "Prospects", "Signup", "Tenants", "Workspace",
    ];

    // Text that names no person and is no secret: ids, references, words of the platform, hashes and signatures, figures of the last secret's end.
    private static readonly string[] Safe =
    [
        "Id", "Ids", "Ref", "Digest", "Hash", "Role", "Scope", "Scopes", "Permissions", "Hint", "Currency", "Country", "Locale", "Version", "Region", "Reason",
        "Step", "Code", "Codes", "ChangedPaths", "Audience", "IpAllow", "Previous", "TenantId", "Key", "Signature",
    ];

    [Fact]
    public void areas_are_flat_folders_and_everything_else_is_the_host()
    {
        string[] shared = ["Hosting", "Storage", "Sealing", "bin", "obj", "Internal"];
        foreach (var project in new[] { "src/ControlPlane", "src/Projections" })
        {
            var folders = Directory.GetDirectories(Path.Combine(Repository.Root, project));
            folders.Select(Path.GetFileName).Except(Areas).Except(shared).ShouldBeEmpty();
            folders.Where(folder => Areas.Contains(Path.GetFileName(folder))).SelectMany(Directory.GetDirectories).ShouldBeEmpty();
        }
    }

    [Fact]
    public void what_folds_knows_neither_the_web_nor_the_bus_and_what_is_said_outside_knows_nothing()
    {
        Folds.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || name.StartsWith("Wolverine", StringComparison.Ordinal)).ShouldBeEmpty();
        typeof(Contracts.IntegrationEventAttribute).Assembly.GetReferencedAssemblies().Select(name => name.Name!)
            .Where(name => !name.StartsWith("System", StringComparison.Ordinal) && name != "netstandard").ShouldBeEmpty();
    }

    [Fact]
    public void every_operation_says_who_may_call_it_exactly_once()
    {
        var operations = Decides.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.IsDefined(typeof(WolverineHttpMethodAttribute))).ToArray();

        operations.ShouldNotBeEmpty();
        operations.Where(method => method.GetCustomAttributes<AccessAttribute>().Count() != 1).Select(method => $"{method.DeclaringType!.Name}.{method.Name}").ShouldBeEmpty();
    }

    [Fact]
    public void what_is_stored_in_clear_is_on_the_short_list_of_safe_words()
    {
        var documents = app.Store.Options.AllKnownDocumentTypes().Select(kind => kind.DocumentType).Where(type => type.Assembly == Folds);
        var stored = EventCatalog.All.Select(kind => kind.Type).Concat(documents).SelectMany(type => Texts(type, type.Name, []));

        stored.Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void every_area_with_streams_takes_part_when_a_tenant_leaves()
    {
        var taking = app.Host.Services.GetServices<AreaLifecycle>().ToArray();

        // The catalog is nobody's.
        EventCatalog.All.Select(kind => kind.Type.Namespace).Except([typeof(CatalogPublished).Namespace]).Except(taking.Select(area => area.GetType().Namespace)).ShouldBeEmpty();
        taking.ShouldAllBe(area => area.Purge.Count > 0);
        taking.SelectMany(area => area.Purge).Select(step => step.Name).ShouldBeUnique();
    }

    // What the law asks to keep outlives the keys of its tenant; what is personal in it would need a key of its own.
    [Fact]
    public void what_the_law_asks_to_keep_holds_nothing_personal_but_addresses_under_the_departure_key()
    {
        var floors = app.Host.Services.GetRequiredService<CatalogStore>().All<RetentionPolicy>().Where(policy => policy.Spec.Floor is not null).Select(policy => policy.Name).ToHashSet();

        floors.ShouldNotBeEmpty();
        EventCatalog.All.Where(kind => floors.Contains(kind.RetentionPolicy) && PersonalFields.Has(kind.Type)).Select(kind => kind.Type)
            .ShouldBe([typeof(TenantDeletionRequested)]);
    }

    [Fact]
    public void slices_never_speak_to_the_outside_but_through_announcements() => SourcesUnder("src/ControlPlane")
        .Where(file => !file.Path.Contains("/Hosting/", StringComparison.Ordinal) && !file.Path.EndsWith("/Announcements.cs", StringComparison.Ordinal))
        .Where(file => Announced().IsMatch(file.Text)).Select(file => file.Path).ShouldBeEmpty();

    [Fact]
    public void there_is_neither_a_promise_nor_an_apology_in_the_code() => SourcesUnder("src").Concat(SourcesUnder("tests"))
        .Where(file => !file.Path.EndsWith("HouseRules.cs", StringComparison.Ordinal) && Promise().IsMatch(file.Text)).Select(file => file.Path).ShouldBeEmpty();

    [Fact]
    public void the_program_is_a_table_of_contents() =>
        File.ReadAllLines(Path.Combine(Repository.Root, "src/ControlPlane/Program.cs")).Length.ShouldBeLessThanOrEqualTo(80);

    private static IEnumerable<string> Texts(Type type, string path, HashSet<Type> above)
    {
        if (!above.Add(type))
        {
            yield break;
        }

        foreach (var member in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetIndexParameters().Length == 0))
        {
            var held = Held(member.PropertyType);
            var place = $"{path}.{member.Name}";
            if (held == typeof(string) && !Safe.Any(word => member.Name.EndsWith(word, StringComparison.Ordinal)) && !member.Name.EndsWith("By", StringComparison.Ordinal))
            {
                yield return place;
            }
            else if (held.Assembly == Folds && !held.IsEnum && held != typeof(Personal))
            {
                foreach (var found in Texts(held, place, above))
                {
                    yield return found;
                }
            }
        }
    }

    private static Type Held(Type type) => Nullable.GetUnderlyingType(type)
        ?? (type.IsGenericType && type != typeof(string) ? Held(type.GetGenericArguments()[^1]) : type.GetElementType() ?? type);

    private static IEnumerable<(string Path, string Text)> SourcesUnder(string folder) => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories).Select(path => (path.Replace('\\', '/'), File.ReadAllText(path)));

    [GeneratedRegex(@"new (global::ControlPlane\.)?Contracts\.")]
    private static partial Regex Announced();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Promise();
}
