using System.Numerics;
using System.Security.Cryptography;

namespace ControlPlane.Audit;

/// <summary>Merkle trees as certificate logs have them (RFC 6962 §2.1): a leaf and a node can't be taken for one another.</summary>
public static class MerkleTree
{
    public const int HashSize = SHA256.HashSizeInBytes;

    public static byte[] Leaf(ReadOnlySpan<byte> data) => SHA256.HashData([0, .. data]);

    /// <summary>The hash that stands for all leaves in their order.</summary>
    public static byte[] Root(ReadOnlySpan<byte[]> leaves)
    {
        if (leaves.Length == 0)
        {
            return SHA256.HashData([]);
        }

        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        var split = Split(leaves.Length);
        return Node(Root(leaves[..split]), Root(leaves[split..]));
    }

    /// <summary>What leads from one leaf to the root, from below.</summary>
    public static IReadOnlyList<byte[]> Path(ReadOnlySpan<byte[]> leaves, int index)
    {
        if (leaves.Length == 1)
        {
            return [];
        }

        var split = Split(leaves.Length);
        return index < split
            ? [.. Path(leaves[..split], index), Root(leaves[split..])]
            : [.. Path(leaves[split..], index - split), Root(leaves[..split])];
    }

    /// <summary>The root that a leaf and its path lead to (RFC 9162 §2.1.3.2); null when the path does not fit a tree of that size.</summary>
    public static byte[]? RootOf(byte[] leaf, long index, long size, IReadOnlyList<byte[]> path)
    {
        if (index < 0 || index >= size)
        {
            return null;
        }

        var (fn, sn, root) = (index, size - 1, leaf);
        foreach (var sibling in path)
        {
            if (sn == 0)
            {
                return null;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                root = Node(sibling, root);
                while ((fn & 1) == 0 && fn != 0)
                {
                    (fn, sn) = (fn >> 1, sn >> 1);
                }
            }
            else
            {
                root = Node(root, sibling);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 ? root : null;
    }

    private static byte[] Node(byte[] left, byte[] right) => SHA256.HashData([1, .. left, .. right]);

    // The largest power of two that is smaller.
    private static int Split(int count) => 1 << (BitOperations.Log2((uint)count - 1));
}
