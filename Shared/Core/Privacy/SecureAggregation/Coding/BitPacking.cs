using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Federated.Core.Privacy.SecureAggregation.Coding;

/// <summary>Elements of r bits behind each other, lowest bits first.</summary>
internal static class BitPacking
{
    // 32 elements of r bits are r words of 4 bytes, so that every group begins at a whole word.
    private const int Group = 32;

    // Below as many values a second thread costs more than it brings.
    private const int ValuesPerThread = 1 << 17;

    public static void Pack(ReadOnlySpan<uint> values, int bits, Span<byte> bytes)
    {
        var (pending, filled, at, mask) = (0UL, 0, 0, Mask(bits));
        foreach (var value in values)
        {
            pending |= (ulong)(value & mask) << filled;
            filled += bits;
            if (filled < 32) continue;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], (uint)pending);
            (pending, filled, at) = (pending >> 32, filled - 32, at + 4);
        }
        for (; at < bytes.Length; at++, pending >>= 8) bytes[at] = (byte)pending;
    }

    public static void Add(ReadOnlyMemory<byte> bytes, int bits, uint[] values, int threads)
    {
        var groups = (values.Length + Group - 1) / Group;
        var parts = Math.Clamp(values.Length / ValuesPerThread, 1, threads);
        if (parts == 1) Part(0);
        else Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts }, Part);

        void Part(int part)
        {
            var (first, end) = ((int)((long)groups * part / parts), (int)((long)groups * (part + 1) / parts));
            AddRange(bytes.Span[(int)Math.Min((long)first * bits * 4, bytes.Length)..], bits, values.AsSpan((first * Group)..Math.Min(end * Group, values.Length)));
        }
    }

    public static void Write(ReadOnlySpan<ulong> scalars, Span<byte> bytes)
    {
        for (var i = 0; i < scalars.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(bytes[(8 * i)..], scalars[i]);
    }

    public static void Add(ReadOnlySpan<byte> bytes, Span<ulong> scalars)
    {
        for (var i = 0; i < scalars.Length; i++) scalars[i] = unchecked(scalars[i] + BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]));
    }

    private static void AddRange(ReadOnlySpan<byte> bytes, int bits, Span<uint> values)
    {
        if (bits == 32 && BitConverter.IsLittleEndian)
        {
            TensorPrimitives.Add(values, MemoryMarshal.Cast<byte, uint>(bytes)[..values.Length], values);
            return;
        }
        var (pending, filled, at, mask) = (0UL, 0, 0, Mask(bits));
        for (var i = 0; i < values.Length; i++)
        {
            if (filled < bits)
            {
                pending |= (ulong)Word(bytes[at..]) << filled;
                (filled, at) = (filled + 32, at + 4);
            }
            values[i] = unchecked(values[i] + ((uint)pending & mask));
            (pending, filled) = (pending >> bits, filled - bits);
        }
    }

    // The next 4 bytes, or what is left of them.
    private static uint Word(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 4) return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var word = 0u;
        for (var i = 0; i < bytes.Length; i++) word |= (uint)bytes[i] << (8 * i);
        return word;
    }

    private static uint Mask(int bits) => uint.MaxValue >> (32 - bits);
}
