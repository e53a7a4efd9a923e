using System.Globalization;
using System.Text;
using System.Text.Json;
using ControlPlane.Hosting;
using ControlPlane.Storage;
using ControlPlane.Tenants;

namespace ControlPlane.Audit;

/// <summary>What came of a verification.</summary>
/// <param name="End">What the file is signed for; null where it is not.</param>
/// <param name="Faults">What is wrong, by name; the first of it.</param>
/// <param name="FaultCount">How much is wrong in all.</param>
/// <param name="Events">How many events were read.</param>
/// <param name="Seals">How many seals were read.</param>
/// <param name="AreAllStreamsChecked">False where there are so many streams that the versions of some were not looked at.</param>
public sealed record Verification(BundleEnd? End, IReadOnlyList<string> Faults, long FaultCount, long Events, long Seals, bool AreAllStreamsChecked)
{
    public bool IsSound => FaultCount == 0;
}

/// <summary>
/// Verifies a bundle with nothing but the file and the public keys: that each seal is signed and follows the one before, that the
/// tenant's leaf or its absence is in each, that the events are those that were sealed, and that nothing is left out.
/// </summary>
public sealed class BundleVerifier
{
    private const int MaxTold = 50;
    private static readonly byte[] EventStart = "{\"event\":"u8.ToArray();

    private readonly List<string> _faults = [];
    private readonly StreamVersions _versions = new();
    private readonly PublicKeys? _trusted;
    private PublicKeys _keys = new([]);
    private BundleHead? _head;
    private BundleEnd? _end;
    private SealStatement? _last;
    private string? _lastHash;
    private SealedEvents? _open;
    private bool _isLost;
    private long _faultCount;
    private long _events;
    private long _seals;
    private long _total;

    private BundleVerifier(PublicKeys? trusted) => _trusted = trusted;

    /// <summary>Verifies a file.</summary>
    /// <param name="file">The bundle.</param>
    /// <param name="trusted">The keys to trust; those in the file where they are not given.</param>
    /// <exception cref="InvalidDataException">The file is no bundle.</exception>
    public static Verification Verify(Stream file, PublicKeys? trusted = null)
    {
        var verifier = new BundleVerifier(trusted);
        verifier.Run(file);
        return new(verifier._end, verifier._faults, verifier._faultCount, verifier._events, verifier._seals, !verifier._versions.IsFull);
    }

    private void Run(Stream file)
    {
        using var lines = new BundleLines(file);
        if (!Begin(lines))
        {
            return;
        }

        while (lines.Next(out var isComplete) is { } line)
        {
            if (_end is not null)
            {
                Fault($"added: line {lines.Number} stands after the end");
            }
            else
            {
                Read(line.Span, lines);
            }

            if (!isComplete)
            {
                Fault($"cut off: line {lines.Number} has no end");
            }
        }

        if (lines.IsTooLong)
        {
            Fault($"altered: line {lines.Number + 1} is longer than any line of a bundle; neither it nor what stands after it was read");
        }

        CloseSeal();
        CheckEnd();
    }

    // False where there is nothing to go on with: the first line tells whose evidence it is, and has the keys.
    private bool Begin(BundleLines lines)
    {
        var line = lines.Next(out var isComplete) ?? throw new InvalidDataException(lines.IsTooLong ? "The first line is longer than any of a bundle" : "The file is empty");
        var head = Member<BundleHead>(line.Span, Bundle.Head);
        var why = head is null ? "The file does not begin like a bundle"
            : head.Version != Bundle.Version ? $"The bundle has format {head.Version}; this program knows {Bundle.Version}"
            : null;
        if (why is not null)
        {
            Fault($"altered: line 1: {why}");
            return IsKnownNear(line, lines) ? false : throw new InvalidDataException(why);
        }

        if (!isComplete)
        {
            Fault("cut off: line 1 has no end");
        }

        foreach (var key in head!.Keys.Keys.Where(key => key?.IsSound() != true))
        {
            Fault($"altered: line 1, where it has the key {key?.Kid}");
        }

        _head = head;
        _keys = _trusted ?? new([.. head.Keys.Keys.Where(key => key?.IsSound() == true)]);
        return true;
    }

    // One byte makes two lines of the first, or one of it and the next.
    private static bool IsKnownNear(ReadOnlyMemory<byte>? line, BundleLines lines)
    {
        for (var near = 0; near < 3 && line is { } here; near++, line = lines.Next(out _))
        {
            if (here.Span.IndexOf("{\"seal\":{"u8) >= 0 || here.Span.IndexOf("{\"end\":\""u8) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private void Read(ReadOnlySpan<byte> line, BundleLines lines)
    {
        if (line.StartsWith(EventStart) && line[^1] == (byte)'}')
        {
            TakeEvent(line[EventStart.Length..^1], lines.Number);
        }
        else if (Member<BundleSeal>(line, Bundle.Seal) is { } seal)
        {
            CloseSeal();
            TakeSeal(seal, lines.Number);
            CheckForm(line, Bundle.Line(Bundle.Seal, seal), lines.Number);
        }
        else if (Member<BundleCertificate>(line, Bundle.Certificate) is { } certificate)
        {
            CloseSeal();
            TakeCertificate(certificate);
            CheckForm(line, Bundle.Line(Bundle.Certificate, certificate), lines.Number);
        }
        else if (Member<string>(line, Bundle.End) is { } end)
        {
            TakeEnd(end, lines);
            CheckForm(line, Bundle.Line(Bundle.End, end), lines.Number);
        }
        else if (_open is { IsOneDue: true })
        {
            _open.TakeOdd(EventName.Unreadable(lines.Number));
        }
        else
        {
            // A seal, perhaps: what it covers cannot be told.
            CloseSeal();
            _isLost = true;
            Fault($"altered: line {lines.Number} is nothing that a bundle has");
        }
    }

    private void CheckForm(ReadOnlySpan<byte> line, ReadOnlySpan<byte> expected, long number)
    {
        if (!line.SequenceEqual(expected))
        {
            Fault($"altered: line {number} is not in the one form that it can have");
        }
    }

    private void TakeEvent(ReadOnlySpan<byte> canonical, long line)
    {
        _events++;
        if (_open is null)
        {
            if (!_isLost)
            {
                Fault($"added: {EventName.Of(canonical, line)}, where no seal has one");
            }

            return;
        }

        var found = _open.Take(canonical, line);
        // What stands for a rolled-back append is no version of anything.
        if (found.Stream is { } stream && stream != StoreModel.GapStream && _versions.Due(stream, found.Version) is { } due)
        {
            Fault($"missing: version {due} of {stream}, before {found}");
        }
    }

    private void TakeSeal(BundleSeal seal, long line)
    {
        _seals++;
        _isLost = false;
        var expected = (_last?.Number ?? 0) + 1;
        var name = $"seal {expected}";
        if (SealStatement.In(seal.Statement, _keys) is not { } statement)
        {
            Fault($"altered: {name} on line {line} is not signed by a key that is trusted");
            _open = seal.Hashes is null ? null : new(name, seal);
            return;
        }

        name = $"seal {statement.Number}";
        if (statement.Number != expected)
        {
            Fault(statement.Number > expected ? $"missing: seal {expected}, before {name}" : $"out of order: {name} on line {line}");
        }
        else if (statement.Previous != _lastHash || statement.FirstSequence != (_last?.LastSequence ?? 0) + 1)
        {
            Fault($"altered: {name} does not follow the seal before it");
        }

        (_last, _lastHash) = (statement, SealChain.HashOf(seal.Statement));
        _open = seal.Leaf is null ? null : new(name, seal);
        foreach (var fault in seal.Leaf is { } leaf ? Present(seal, leaf, statement) : Absent(seal, statement))
        {
            Fault($"altered: {name}: {fault}");
        }
    }

    private IEnumerable<string> Present(BundleSeal seal, TenantLeaf leaf, SealStatement statement)
    {
        var hashes = (seal.Hashes ?? []).Where(IsHash).Select(Convert.FromHexString).ToArray();
        if (leaf.Tenant != _head!.Tenant)
        {
            yield return "the leaf is another tenant's";
        }

        if (seal.Proof?.Size != statement.Tenants || !Leads(seal.Proof, TenantLeaf.Hash(TenantLeaf.KeyOf(leaf.Tenant), leaf.Content()), statement))
        {
            yield return "the tenant's leaf is not in it";
        }

        if (hashes.Length != leaf.Count || hashes.Length != seal.Hashes?.Count || hashes.Length != seal.Names?.Count
            || Convert.ToHexStringLower(MerkleTree.Root([.. hashes.Select(hash => MerkleTree.Leaf(hash))])) != leaf.Root)
        {
            yield return "the hashes are not those of its leaf";
        }

        if (leaf.Total != _total + leaf.Count)
        {
            yield return $"the tenant has {leaf.Total} events up to here, and the seals before have {_total}: a seal that has some is missing";
        }

        if (seal.Before is not null || seal.After is not null)
        {
            yield return "it has neighbours beside a leaf";
        }

        _total = leaf.Total;
    }

    private IEnumerable<string> Absent(BundleSeal seal, SealStatement statement)
    {
        var key = Convert.ToHexStringLower(TenantLeaf.KeyOf(_head!.Tenant));
        var (before, after) = (seal.Before, seal.After);
        var isBetween = (before is null || (string.CompareOrdinal(before.Key, key) < 0 && IsIn(before))) && (after is null || (string.CompareOrdinal(key, after.Key) < 0 && IsIn(after)));
        var next = before is null ? 0 : before.Proof.Index + 1;
        if (seal.Proof is not null || seal.Hashes is not null || seal.Names is not null || !isBetween || (before is null && after is null) || (after?.Proof.Index ?? statement.Tenants) != next)
        {
            yield return "that the tenant has nothing in it is not shown";
        }

        bool IsIn(Neighbour neighbour) => IsHash(neighbour.Key) && IsHash(neighbour.Content) && neighbour.Proof.Size == statement.Tenants
            && Leads(neighbour.Proof, TenantLeaf.Hash(Convert.FromHexString(neighbour.Key), Convert.FromHexString(neighbour.Content)), statement);
    }

    private void TakeCertificate(BundleCertificate certificate)
    {
        if (Payload<ErasureCertificate>(certificate.Statement, ErasureCertificate.Type) is not { } said)
        {
            Fault("altered: the erasure certificate is not signed by a key that is trusted");
        }
        else if (said.TenantId != _head!.Tenant)
        {
            Fault("altered: the erasure certificate is another tenant's");
        }
    }

    private void TakeEnd(string jws, BundleLines lines)
    {
        CloseSeal();
        _end = Payload<BundleEnd>(jws, BundleEnd.Type);
        if (_end is null)
        {
            Fault($"altered: the end on line {lines.Number} is not signed by a key that is trusted");
        }
        else if (_end.Sha256 != lines.HashBefore())
        {
            Fault("altered: the file is not the one that was signed");
        }
    }

    private void CheckEnd()
    {
        if (_end is null)
        {
            Fault($"cut off: the file ends after seal {_last?.Number ?? 0}, without its signed end");
            return;
        }

        if (_end.Tenant != _head!.Tenant)
        {
            Fault("altered: the end is another tenant's");
        }

        if (_end.Seals != (_last?.Number ?? 0))
        {
            Fault($"missing: the seals after {_last?.Number ?? 0}, up to {_end.Seals}");
        }

        if (_end.Events != _events)
        {
            Fault(string.Create(CultureInfo.InvariantCulture, $"{(_end.Events > _events ? "missing" : "added")}: the file has {_events} events and was signed for {_end.Events}"));
        }
    }

    private void CloseSeal()
    {
        foreach (var fault in _open?.Faults() ?? [])
        {
            Fault(fault);
        }

        _open = null;
    }

    private T? Payload<T>(string jws, string type)
        where T : class
    {
        try
        {
            return _keys.Payload(jws, type) is { } payload ? JsonSerializer.Deserialize<T>(payload, Json.Http) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Leads(InclusionProof? proof, byte[] leaf, SealStatement statement) =>
        proof is not null && proof.Path.All(IsHash) && proof.RootOf(leaf) is { } root && Convert.ToHexStringLower(root) == statement.Root;

    private static bool IsHash(string? text) => text?.Length == 2 * MerkleTree.HashSize && text.All(char.IsAsciiHexDigitLower);

    // The one member of a line; null where it has another, or none that can be read.
    private static T? Member<T>(ReadOnlySpan<byte> line, string name)
        where T : class
    {
        try
        {
            return line.StartsWith(Encoding.UTF8.GetBytes($"{{\"{name}\":")) && JsonSerializer.Deserialize<Dictionary<string, T>>(line, Bundle.Strict) is { Count: 1 } members
                ? members.GetValueOrDefault(name)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Fault(string fault)
    {
        _faultCount++;
        if (_faults.Count < MaxTold)
        {
            // What a damaged file says of itself is shown to people, on terminals.
            _faults.Add(string.Concat(fault.Select(character => char.IsControl(character) ? '?' : character)));
        }
    }
}
