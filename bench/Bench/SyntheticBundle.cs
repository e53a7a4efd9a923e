using System.Security.Cryptography;
using System.Text;
using ControlPlane.Audit;
using ControlPlane.Hosting;

namespace Bench;

/// <summary>A sound bundle of many events that never were: what a large tenant's would be like.</summary>
public static class SyntheticBundle
{
    private const string Tenant = "ten_synthetic";
    private const int EventsInSeal = 1000;
    private const int EventsInStream = 20;

    public static async Task WriteAsync(string path, string keys, int seals)
    {
        using var signer = new Signer(keys, mayCreate: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        await LineAsync(Bundle.Line(Bundle.Head, new BundleHead(Bundle.Version, Tenant, signer.PublicKeys)));
        string? previous = null;
        for (var number = 1; number <= seals; number++)
        {
            var first = ((number - 1L) * EventsInSeal) + 1;
            var events = Enumerable.Range(0, EventsInSeal).Select(place => Event(first + place)).ToArray();
            var hashes = events.Select(SHA256.HashData).ToArray();
            var leaf = new TenantLeaf(Tenant, EventsInSeal, (long)number * EventsInSeal, Convert.ToHexStringLower(MerkleTree.Root([.. hashes.Select(one => MerkleTree.Leaf(one))])));
            var root = TenantLeaf.Hash(TenantLeaf.KeyOf(Tenant), leaf.Content());
            var statement = signer.Jws(
                new SealStatement(number, first, first + EventsInSeal - 1, EventsInSeal, 1, Convert.ToHexStringLower(root), previous, DateTimeOffset.UnixEpoch), SealStatement.Type, out _);
            previous = SealChain.HashOf(statement);
            await LineAsync(Bundle.Line(Bundle.Seal, new BundleSeal(statement, leaf, new(0, 1, []), [.. hashes.Select(Convert.ToHexStringLower)],
                [.. Enumerable.Range(0, EventsInSeal).Select(place => Name(first + place))])));
            foreach (var one in events)
            {
                await LineAsync([.. "{\"event\":"u8, .. one, (byte)'}']);
            }
        }

        await LineAsync(Bundle.Line(Bundle.End, signer.Jws(
            new BundleEnd(Tenant, DateTimeOffset.UnixEpoch, seals, (long)seals * EventsInSeal, 0, Convert.ToHexStringLower(hash.GetCurrentHash())), BundleEnd.Type, out _)));

        async Task LineAsync(byte[] line)
        {
            byte[] ended = [.. line, (byte)'\n'];
            hash.AppendData(ended);
            await file.WriteAsync(ended);
        }
    }

    private static SealedName Name(long sequence) => new(Id(sequence), sequence, ((sequence - 1) % EventsInStream) + 1, Stream(sequence));

    private static string Id(long sequence) => new Guid((int)sequence, 0, 0, new byte[8]).ToString();

    private static string Stream(long sequence) => $"ain_{(sequence - 1) / EventsInStream:x32}";

    // As long as an instance's draft with its sealed settings is.
    private static byte[] Event(long sequence) => Encoding.UTF8.GetBytes(
        $$$"""{"data":{"blueprintRef":"telegram-assistant@2","config":"v1|key_0|{{{new string('A', 400)}}}"},"metadata":{"causationId":null,"correlationId":"c","headers":{"actor":"prn_1"},"id":"{{{Id(sequence)}}}"},"sequence":{{{sequence}}},"stream":"{{{Stream(sequence)}}}","tenant":"{{{Tenant}}}","timestamp":"2026-11-27T00:00:00.000000Z","type":"agent_instance.drafted","version":{{{((sequence - 1) % EventsInStream) + 1}}}}""");
}
