using System.Net.Sockets;
using ControlPlane.Hosting;
using JasperFx;
using Npgsql;

namespace ControlPlane.Tests.Hosting;

public class ProblemWriterTests
{
    private static readonly NpgsqlException Broken = new("Exception while reading from stream", new IOException("reset", new SocketException()));

    public static TheoryData<Exception, int?> Failures => new()
    {
        { Broken, 503 },
        { new TimeoutException(), 503 },
        { new ObjectDisposedException("the connection was closed", Broken), 503 },
        { new InvalidOperationException("outer", new InvalidOperationException("inner", Broken)), 503 },
        { new AggregateException(new InvalidOperationException("first"), new ConcurrencyException("raced", null)), 409 },
        { new ObjectDisposedException("ours"), null },
        { new NpgsqlException("a mistake of ours"), null },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void what_breaks_says_what_it_means_however_deep_it_is_wrapped(Exception error, int? status) => (ProblemWriter.Map(error)?.Status).ShouldBe(status);
}
