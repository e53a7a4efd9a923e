using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Hosting;

namespace ControlPlane.Tests.Contract;

/// <summary>Asks the service, each time from an address of its own, and holds every answer against the document.</summary>
public sealed class Probe(App app)
{
    public async Task<Reply> SendAsync(
        Described operation, string path, string? token, string? body = null, string contentType = "application/json", params (string Name, string Value)[] headers)
    {
        var context = await app.Host.Server.SendAsync(
            http =>
            {
                var (route, query) = (path.Split('?')[0], path.Contains('?', StringComparison.Ordinal) ? path[path.IndexOf('?', StringComparison.Ordinal)..] : "");
                (http.Request.Method, http.Request.Path, http.Request.QueryString) = (operation.Method, route, new(query));
                http.Connection.RemoteIpAddress = new IPAddress(RandomNumberGenerator.GetBytes(16));
                if (token is not null)
                {
                    http.Request.Headers.Authorization = $"Bearer {token}";
                }

                foreach (var (name, value) in headers)
                {
                    http.Request.Headers[name] = value;
                }

                if (body is not null)
                {
                    (http.Request.Body, http.Request.ContentType) = (new MemoryStream(Encoding.UTF8.GetBytes(body)), contentType);
                    http.Request.ContentLength = http.Request.Body.Length;
                }
            },
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(context.Response.Body);
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        var json = text.Length > 0 && context.Response.ContentType?.Contains("json", StringComparison.Ordinal) == true ? JsonNode.Parse(text) : null;
        var reply = new Reply(context.Response.StatusCode, json, context.Response.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()));
        Faults(operation, reply, token).ShouldBeEmpty($"{operation.Method} {path} answered {reply.Status} {text}");
        return reply;
    }

    /// <summary>What is wrong with an answer, whatever the question was.</summary>
    private static IEnumerable<string> Faults(Described operation, Reply reply, string? token)
    {
        if (!operation.Statuses.Contains(reply.Status))
        {
            yield return $"{reply.Status} is not in the document";
        }

        if (reply.Status < 400)
        {
            yield break;
        }

        if (reply.Headers["Content-Type"] != Problems.ContentType || reply.Body is not JsonObject problem)
        {
            yield return "no problem+json";
            yield break;
        }

        if ((string?)problem["type"] != Problems.TypeOf((string)problem["code"]!) || string.IsNullOrEmpty((string?)problem["title"]))
        {
            yield return "type, code and title don't make a problem";
        }

        if ((int?)problem["status"] != reply.Status || (string?)problem["requestId"] != reply.Headers["X-Request-Id"])
        {
            yield return "status and request id are not those of the answer";
        }

        if (SecretShapes.FindIn(JsonSerializer.SerializeToElement(problem)).Any() || (token is not null && problem.ToJsonString().Contains(token, StringComparison.Ordinal)))
        {
            yield return "a secret is told";
        }

        if (reply.Status == 400 && problem["errors"]?.AsArray().All(fault => fault!["pointer"] is not null && fault["code"] is not null && fault["message"] is not null) != true)
        {
            yield return "a malformed request whose faults are not told";
        }
    }
}
