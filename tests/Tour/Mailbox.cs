using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tour;

/// <summary>The customer's mail, as the sandbox has taken it in place of Postmark.</summary>
public sealed partial class Mailbox(Uri sandbox) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client = new() { BaseAddress = sandbox };

    /// <summary>The one-time code of the first mail to an address.</summary>
    public async Task<string> CodeFor(string address)
    {
        using var deadline = new CancellationTokenSource(Patience);
        var query = $"/_sandbox/postmark/log?contains={Uri.EscapeDataString(address)}";
        while (!deadline.IsCancellationRequested)
        {
            var log = await _client.GetFromJsonAsync<JsonArray>(query);
            if (log!.Select(entry => entry!["body"]).FirstOrDefault() is { } mail && Code().Match(mail["TextBody"]!.ToString()) is { Success: true } found)
            {
                Paper.Write($"  mail   to {address}: {mail["Subject"]}");
                return found.Value;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        throw new TourException($"No mail with a code reached {address}.");
    }

    public void Dispose() => _client.Dispose();

    [GeneratedRegex("(?<![0-9A-Za-z])[0-9]{6,10}(?![0-9A-Za-z])")]
    private static partial Regex Code();
}
