using System.Text.Json;

namespace ControlPlane.Hosting;

/// <summary>Where one member of an object stands: its plain key among the keys, its text counted from the object's first byte.</summary>
internal readonly record struct CanonicalMember(Range Key, int Offset, int Length)
{
    private const int FewEnoughToInsert = 16;

    /// <summary>Puts the members in the order of their keys' UTF-16 code units; false when they were so already.</summary>
    public static bool Sort(Span<CanonicalMember> members, ReadOnlySpan<byte> keys)
    {
        var moved = members.Length <= FewEnoughToInsert ? Insert(members, keys) : SortMany(members, keys);
        for (var i = 1; i < members.Length; i++)
        {
            if (keys[members[i].Key].SequenceEqual(keys[members[i - 1].Key]))
            {
                throw new JsonException("An object names a member twice.");
            }
        }

        return moved;
    }

    private static bool Insert(Span<CanonicalMember> members, ReadOnlySpan<byte> keys)
    {
        var moved = false;
        for (var i = 1; i < members.Length; i++)
        {
            var (member, at) = (members[i], i);
            for (; at > 0 && Compare(keys[member.Key], keys[members[at - 1].Key]) < 0; at--)
            {
                members[at] = members[at - 1];
            }

            moved |= at != i;
            members[at] = member;
        }

        return moved;
    }

    private static bool SortMany(Span<CanonicalMember> members, ReadOnlySpan<byte> keys)
    {
        var copy = keys.ToArray();
        members.Sort((left, right) => Compare(copy.AsSpan(left.Key), copy.AsSpan(right.Key)));
        return true;
    }

    // UTF-8 sorts as UTF-16 does but for one thing: surrogate pairs (lead bytes F0–F4) come before U+E000–U+FFFF (EE, EF).
    private static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var same = left.CommonPrefixLength(right);
        return same == left.Length || same == right.Length ? left.Length - right.Length : Rank(left[same]) - Rank(right[same]);
    }

    private static int Rank(byte lead) => lead is 0xEE or 0xEF ? lead + 0x10 : lead;
}
