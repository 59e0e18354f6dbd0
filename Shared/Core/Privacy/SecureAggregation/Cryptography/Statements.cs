using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>What clients sign and seal under: bytes that are different for every attempt, purpose, client and content.</summary>
internal static class Statements
{
    public static byte[] Keys(MaskingContext context, string client, ImmutableArray<byte> sealKey, ImmutableArray<byte> maskKey) =>
        [.. context.Bind("advertise", client), .. sealKey, .. maskKey];

    /// <summary>Who masks with whom, as one party was told it: 32 bytes. In the complete graph all with all, with their keys, so that two clients have the same roster only where each index is the same client with the same keys to both.
    /// In a sparse graph nobody knows everybody: there it is the shape alone.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="shape">Of the graph.</param>
    /// <param name="members">All n, ascending by index; not looked at in a sparse graph.</param>
    public static byte[] Roster(MaskingContext context, GraphShape shape, IEnumerable<Advertisement> members)
    {
        Advertisement[] named = shape.Complete ? [.. members] : [];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(context.Bind("roster", [.. named.Select(member => member.Client)]));
        hash.AppendData(Numbers([shape.Clients, shape.Neighbours, shape.Threshold]));
        foreach (var member in named)
        {
            hash.AppendData(member.SealKey.AsSpan());
            hash.AppendData(member.MaskKey.AsSpan());
        }
        return hash.GetHashAndReset();
    }

    public static byte[] Shares(MaskingContext context, string from, string to, ReadOnlySpan<byte> roster) => [.. context.Bind("shares", from, to), .. roster];

    public static byte[] Survivors(MaskingContext context, ReadOnlySpan<byte> roster, ImmutableArray<int> survivors) => [.. context.Bind("survivors"), .. roster, .. Numbers(survivors.AsSpan())];

    private static byte[] Numbers(ReadOnlySpan<int> numbers)
    {
        var bytes = new byte[4 * numbers.Length];
        for (var i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4 * i), numbers[i]);
        return bytes;
    }
}
