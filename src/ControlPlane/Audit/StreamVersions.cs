using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ControlPlane.Audit;

/// <summary>Sees to it that each stream's versions rise by one, in a few bytes a stream and for a million of them at most.</summary>
internal sealed class StreamVersions
{
    private const int MaxStreams = 1_000_000;
    private readonly Dictionary<ulong, long> _last = [];

    /// <summary>Whether there were more streams than can be kept in mind.</summary>
    public bool IsFull { get; private set; }

    /// <summary>The version that is due where another stands; null where all is well, or cannot be told.</summary>
    public long? Due(string stream, long version)
    {
        var key = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(stream)));
        if (!_last.TryGetValue(key, out var last))
        {
            if (_last.Count == MaxStreams)
            {
                IsFull = true;
                return null;
            }

            _last[key] = version;
            return version == 1 ? null : 1;
        }

        _last[key] = version;
        return version == last + 1 ? null : last + 1;
    }
}
