using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Federated.Core.Parameters;

/// <summary>Parameters as a safetensors file, which PyTorch and others read (huggingface/safetensors, format 0.x). Thread-safe; keeps
/// nothing.</summary>
/// <remarks>
/// Wire form, little endian: u64 length of the header; the header, JSON that is filled up with spaces to a multiple of 8 bytes; the values, float32,
/// tensor after tensor without gaps. The header has the tensors in the schema's order, with <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>; its
/// <c>__metadata__</c> has <c>format: pt</c> and, when a tensor is not trainable, <c>statistics</c>: the names of these as a JSON array. Slots follow
/// the model in ordinal order, each a tensor <c>federated.slot/NAME</c> of one dimension (with more slashes when the model has such names itself), and
/// <c>slots</c> of the metadata lists these tensors. The same content gives the same bytes.
/// </remarks>
public static class Safetensors
{
    /// <summary>Longest header that is read, in bytes: 16 MiB.</summary>
    public const int MaxHeaderBytes = 16 << 20;

    private const int BufferBytes = 64 * 1024;

    /// <summary>Writes a file of a model alone.</summary>
    /// <exception cref="ArgumentException">The format does not have a tensor's name or shape, or the header would be too long.</exception>
    public static Task WriteAsync(Stream stream, ParameterVector parameters, CancellationToken cancellation) =>
        WriteAsync(stream, new SafetensorsFile(parameters), cancellation);

    /// <summary>Writes a file.</summary>
    /// <exception cref="ArgumentException">The format does not have a name or shape, a slot has no value, or the header would be too
    /// long. Nothing is written.</exception>
    public static async Task WriteAsync(Stream stream, SafetensorsFile file, CancellationToken cancellation)
    {
        foreach (var (name, values) in file.Slots)
        {
            if (name.Length == 0 || name.Any(char.IsControl))
                throw new ArgumentException("A slot's name is empty or has a control character.", nameof(file));
            if (values.IsEmpty) throw new ArgumentException($"Slot '{name}' has no values.", nameof(file));
        }
        var header = SafetensorsHeader.Write(file);
        var length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        await stream.WriteAsync(length, cancellation);
        await stream.WriteAsync(header, cancellation);

        var buffer = new byte[BufferBytes];
        await WriteValuesAsync(stream, file.Parameters.Values, buffer, cancellation);
        foreach (var name in file.SlotsInOrder) await WriteValuesAsync(stream, file.Slots[name], buffer, cancellation);
    }

    /// <summary>Reads the model of a file of float32 tensors; slots are left out. What is wrong with the file is a result; exceptions are those of
    /// the stream and cancellation. Memory grows with what the stream gives, whatever the file says of its size.</summary>
    /// <param name="stream">Read to its end.</param>
    /// <param name="maxBytes">Most bytes of values that the caller accepts.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<SafetensorsRead> ReadAsync(Stream stream, long maxBytes, CancellationToken cancellation)
    {
        var read = await ReadAsync(stream, maxBytes, grows: true, cancellation);
        return new(read.File?.Parameters, read.Error);
    }

    /// <summary>Reads a file with everything that is in it. As <see cref="ReadAsync(Stream, long, CancellationToken)"/>, but each vector is allocated
    /// at once, so that the values are in memory once and never copied: for callers that know how long the file is.</summary>
    /// <param name="stream">Read to its end.</param>
    /// <param name="maxBytes">Most bytes of values, and of memory for them.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<SafetensorsFileRead> ReadFileAsync(Stream stream, long maxBytes, CancellationToken cancellation) =>
        ReadAsync(stream, maxBytes, grows: false, cancellation);

    private static async Task WriteValuesAsync(Stream stream, ReadOnlyMemory<float> values, byte[] buffer, CancellationToken cancellation)
    {
        const int valuesPerBuffer = BufferBytes / sizeof(float);
        for (; values.Length > 0; values = values[Math.Min(values.Length, valuesPerBuffer)..])
        {
            var part = values[..Math.Min(values.Length, valuesPerBuffer)];
            MemoryMarshal.AsBytes(part.Span).CopyTo(buffer);
            await stream.WriteAsync(buffer.AsMemory(0, part.Length * sizeof(float)), cancellation);
        }
    }

    private static async Task<SafetensorsFileRead> ReadAsync(Stream stream, long maxBytes, bool grows, CancellationToken cancellation)
    {
        var buffer = new byte[BufferBytes];
        if (await stream.ReadAtLeastAsync(buffer.AsMemory(0, sizeof(ulong)), sizeof(ulong), throwOnEndOfStream: false, cancellation) < sizeof(ulong))
            return new(null, "The file is shorter than the 8 bytes of its header's length.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(buffer);
        if (length is < 2 or > MaxHeaderBytes)
            return new(null, $"The file says that its header has {length} bytes; 2 to {MaxHeaderBytes} are allowed.");

        using var header = new MemoryStream();
        while (header.Length < (long)length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferBytes, (long)length - header.Length)), cancellation);
            if (read == 0) return new(null, $"The file ends within its header, after {header.Length} of {length} bytes.");
            header.Write(buffer, 0, read);
        }
        return SafetensorsHeader.Read(header.GetBuffer().AsMemory(0, (int)header.Length), maxBytes, out var layout) is { } wrong
            ? new(null, wrong)
            : await ReadValuesAsync(stream, layout!, new([layout!.Schema.Count, .. layout.Slots.Select(slot => slot.Count)], grows), buffer, cancellation);
    }

    private static async Task<SafetensorsFileRead> ReadValuesAsync(
        Stream stream, SafetensorsLayout layout, SafetensorsValues values, byte[] buffer, CancellationToken cancellation)
    {
        for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;)
            if (!values.TryAppend(buffer.AsSpan(0, read))) return new(null, "The file goes on after the last tensor.");
        var declared = 4L * (layout.Schema.Count + layout.Slots.Sum(slot => (long)slot.Count));
        if (!values.IsFull) return new(null, $"The file ends after {values.Bytes} of {declared} bytes of values.");
        if (!values.IsFinite) return new(null, "The values have NaN or infinity among them.");
        var slots = layout.Slots.Select((slot, index) => KeyValuePair.Create(slot.Name, (ReadOnlyMemory<float>)values[index + 1]));
        return new(new(new(layout.Schema, values[0]), slots.ToImmutableDictionary(StringComparer.Ordinal), layout.Metadata), null);
    }
}
