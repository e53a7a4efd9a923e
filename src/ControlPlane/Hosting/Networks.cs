using System.Net;

namespace ControlPlane.Hosting;

/// <summary>Address ranges in CIDR notation (RFC 4632, RFC 4291), such as <c>192.0.2.0/24</c> and <c>2001:db8::/32</c>.</summary>
public sealed class Networks
{
    private readonly IPNetwork[] _networks;

    private Networks(IPNetwork[] networks) => _networks = networks;

    public static Networks Parse(IEnumerable<string> networks) => new([.. networks.Select(IPNetwork.Parse)]);

    public static bool IsNetwork(string text) => IPNetwork.TryParse(text, out _);

    // A socket for both families tells IPv4 addresses in their mapped form.
    public bool Contain(IPAddress? address) =>
        address is not null && _networks.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    /// <summary>Whether each of the others lies within one of these.</summary>
    public bool Contain(Networks others) => others._networks.All(inner => _networks.Any(outer =>
        inner.PrefixLength >= outer.PrefixLength && outer.Contains(inner.BaseAddress)));
}
