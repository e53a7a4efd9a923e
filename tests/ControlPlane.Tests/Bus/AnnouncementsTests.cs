using System.Reflection;
using System.Text.RegularExpressions;
using ControlPlane.Contracts;
using ControlPlane.Hosting.Bus;
using ControlPlane.Sealing;
using ControlPlane.Storage;

namespace ControlPlane.Tests.Bus;

public sealed partial class AnnouncementsTests
{
    private static readonly AnnouncementMap Map = BusRegistration.Announcements;

    public static TheoryData<Type> Contracts => [.. ContractKind.All().Select(kind => kind.Type)];

    [Fact]
    public void Every_contract_is_announced() =>
        Map.All.Select(announcement => announcement.Contract).Distinct().ShouldBe(ContractKind.All(), ignoreOrder: true);

    [Fact]
    public void No_two_contracts_have_the_same_routing_key() => ContractKind.All().Select(kind => kind.RoutingKey).ShouldBeUnique();

    [Theory, MemberData(nameof(Contracts))]
    public void A_contract_is_sealed_thin_and_free_of_personal_values(Type contract)
    {
        contract.IsSealed.ShouldBeTrue();
        contract.Assembly.GetReferencedAssemblies().ShouldAllBe(assembly => assembly.Name!.StartsWith("System."));
        ContractKind.Of(contract).RoutingKey.ShouldMatch("^[a-z]+(_[a-z]+)*\\.[a-z]+(_[a-z]+)*\\.v[1-9][0-9]*$");
        foreach (var member in contract.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            PersonalWords().IsMatch(member.Name).ShouldBeFalse(member.Name);
            member.PropertyType.ShouldNotBe(typeof(Personal));
        }
    }

    [Fact]
    public void What_is_announced_is_stored() => Map.StoredTypes.ShouldAllBe(type => EventCatalog.All.Any(kind => kind.Type == type));

    [GeneratedRegex("email|displayName|subject|handle|comment|phone|text|address", RegexOptions.IgnoreCase)]
    private static partial Regex PersonalWords();
}
