using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Federated.Wire.Streams;

/// <summary>How values are cut into parts.</summary>
internal static class Chunks
{
    /// <summary>Largest part that a receiver takes.</summary>
    public const int MaxPartBytes = 1 << 20;

    // 64 KiB: the arrays that protobuf allocates for a part stay below the large object heap. Parts of 1 MiB cost some 20 full collections for each
    // 100 MB and are not faster.
    private const int ValuesPerPart = 16 * 1024;

    /// <summary>The values as parts of little-endian float32, each with its own copy of the bytes.</summary>
    public static IEnumerable<ByteString> Of(ReadOnlyMemory<float> values)
    {
        for (var start = 0; start < values.Length; start += ValuesPerPart)
            yield return Part(values.Span.Slice(start, Math.Min(ValuesPerPart, values.Length - start)));
    }

    /// <summary>Bytes as parts, each with its own copy.</summary>
    public static IEnumerable<ByteString> Of(ReadOnlyMemory<byte> bytes)
    {
        const int PartBytes = ValuesPerPart * sizeof(float);
        for (var start = 0; start < bytes.Length; start += PartBytes) yield return ByteString.CopyFrom(bytes.Span.Slice(start, Math.Min(PartBytes, bytes.Length - start)));
    }

    private static ByteString Part(ReadOnlySpan<float> values) => ByteString.CopyFrom(MemoryMarshal.AsBytes(values));
}
