using System.Net;
using ControlPlane.Hosting;
using ControlPlane.Mail;

namespace ControlPlane.Tests.Mail;

public class PostmarkTests
{
    [Theory]
    [InlineData(422, 406, typeof(NeverPassesException))]
    [InlineData(422, 300, typeof(NeverPassesException))]
    [InlineData(401, 10, typeof(NeverPassesException))]
    [InlineData(404, null, typeof(NeverPassesException))]
    [InlineData(422, 100, typeof(TryLaterException))]
    [InlineData(429, null, typeof(TryLaterException))]
    [InlineData(503, null, typeof(TryLaterException))]
    [InlineData(500, null, typeof(HttpRequestException))]
    [InlineData(502, null, typeof(HttpRequestException))]
    public void a_no_says_whether_trying_again_helps(int status, int? code, Type kind) =>
        Postmark.Refusal((HttpStatusCode)status, code, null).ShouldBeOfType(kind);

    [Fact]
    public void a_pause_that_is_asked_for_is_kept() =>
        ((TryLaterException)Postmark.Refusal(HttpStatusCode.TooManyRequests, null, new(TimeSpan.FromSeconds(7)))).After.ShouldBe(TimeSpan.FromSeconds(7));
}
