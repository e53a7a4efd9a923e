using System.Security.Cryptography;

namespace ControlPlane.Audit;

/// <summary>Reads a file line by line in bounded memory, and hashes what it has passed.</summary>
public sealed class BundleLines(Stream file) : IDisposable
{
    /// <summary>Longer than any line of a bundle: that of a seal over as many events as one covers.</summary>
    public const int Longest = 16 * 1024 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;
    private int _hashed;

    public long Number { get; private set; }

    /// <summary>Whether the next line is longer than any; nothing is read behind it.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The next line without its end; null after the last. Good until the next is read.</summary>
    /// <param name="isComplete">Whether the line has an end.</param>
    public ReadOnlyMemory<byte>? Next(out bool isComplete)
    {
        Pass();
        for (var seen = _start; ;)
        {
            var at = _buffer.AsSpan(seen, _end - seen).IndexOf((byte)'\n');
            if (at >= 0)
            {
                isComplete = true;
                return Take(seen + at, 1);
            }

            seen = _end;
            if (!Fill(ref seen))
            {
                isComplete = false;
                return IsTooLong ? null : _end == _start ? (ReadOnlyMemory<byte>?)null : Take(_end, 0);
            }
        }
    }

    /// <summary>SHA-256 of all lines before the one that was read last, in hex.</summary>
    public string HashBefore() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose() => _hash.Dispose();

    private ReadOnlyMemory<byte> Take(int end, int gap)
    {
        Number++;
        var line = _buffer.AsMemory(_start, end - _start);
        (_hashed, _start) = (_start, end + gap);
        return line;
    }

    private void Pass()
    {
        if (Number > 0)
        {
            _hash.AppendData(_buffer, _hashed, _start - _hashed);
        }
    }

    private bool Fill(ref int seen)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (seen, _end, _start) = (seen - _start, _end - _start, 0);
        }

        if (_end == _buffer.Length)
        {
            IsTooLong = _buffer.Length >= Longest;
            if (IsTooLong)
            {
                return false;
            }

            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        var read = file.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
