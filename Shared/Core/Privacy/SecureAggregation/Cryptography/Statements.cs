using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Federated.Core.Privacy.SecureAggregation.Cryptography;

/// <summary>What clients sign: bytes that are different for every attempt, purpose, client and content.</summary>
internal static class Statements
{
    public static byte[] Keys(MaskingContext context, string client, ImmutableArray<byte> sealKey, ImmutableArray<byte> maskKey) =>
        [.. context.Bind("advertise", client), .. sealKey, .. maskKey];

    public static byte[] Survivors(MaskingContext context, ImmutableArray<int> survivors)
    {
        var list = new byte[4 * survivors.Length];
        for (var i = 0; i < survivors.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(list.AsSpan(4 * i), survivors[i]);
        return [.. context.Bind("survivors"), .. list];
    }
}
