using System.Net;
using ControlPlane.Hosting;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.Tests.Hosting;

public class RateLimitTests
{
    [Fact]
    public async Task an_address_gets_its_share_and_then_429_while_others_go_on()
    {
        using var limits = new RateLimits(new() { PerAddress = 2, PerToken = 3 });

        var statuses = new[] { await Ask(limits, "192.0.2.1"), await Ask(limits, "192.0.2.1"), await Ask(limits, "192.0.2.1"), await Ask(limits, "192.0.2.2") };

        statuses.ShouldBe([200, 200, 429, 200]);
    }

    private static async Task<int> Ask(RateLimits limits, string address)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        var admitted = await limits.AdmitAsync(context);
        admitted.ShouldBe(context.Response.StatusCode == 200);
        context.Response.Headers.ContainsKey("Retry-After").ShouldBe(!admitted);
        return context.Response.StatusCode;
    }
}
