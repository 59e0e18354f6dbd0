using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Federated.Core.Parameters;

/// <summary>Parameters as a safetensors file, which PyTorch and others read (huggingface/safetensors, format 0.x). Thread-safe; keeps nothing.</summary>
/// <remarks>
/// Wire form, little endian: u64 length of the header; the header, JSON that is filled up with spaces to a multiple of 8 bytes; the values, float32, tensor
/// after tensor without gaps. The header has the tensors in the schema's order, with <c>dtype</c>, <c>shape</c> and <c>data_offsets</c>; its
/// <c>__metadata__</c> has <c>format: pt</c> and, when a tensor is not trainable, <c>statistics</c>: the names of these as a JSON array.
/// The same parameters give the same bytes.
/// </remarks>
public static class Safetensors
{
    /// <summary>Longest header that is read, in bytes: 16 MiB.</summary>
    public const int MaxHeaderBytes = 16 << 20;

    private const int BufferBytes = 64 * 1024;

    /// <summary>Writes a file.</summary>
    /// <exception cref="ArgumentException">A tensor has the name that the format keeps for metadata.</exception>
    public static async Task WriteAsync(Stream stream, ParameterVector parameters, CancellationToken cancellation)
    {
        var header = SafetensorsHeader.Write(parameters.Schema);
        var length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        await stream.WriteAsync(length, cancellation);
        await stream.WriteAsync(header, cancellation);

        var buffer = new byte[BufferBytes];
        const int valuesPerBuffer = BufferBytes / sizeof(float);
        for (var start = 0; start < parameters.Values.Length; start += valuesPerBuffer)
        {
            var values = parameters.Values[start..(int)Math.Min(parameters.Values.Length, (long)start + valuesPerBuffer)];
            MemoryMarshal.AsBytes(values.Span).CopyTo(buffer);
            await stream.WriteAsync(buffer.AsMemory(0, values.Length * sizeof(float)), cancellation);
        }
    }

    /// <summary>Reads a file of float32 tensors. What is wrong with it is a result; exceptions are those of the stream and cancellation. Memory grows
    /// with what the stream gives, whatever the file says of its size.</summary>
    /// <param name="stream">Read to its end.</param>
    /// <param name="maxBytes">Most bytes of values that the caller accepts.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<SafetensorsRead> ReadAsync(Stream stream, long maxBytes, CancellationToken cancellation)
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
        return SafetensorsHeader.Read(header.GetBuffer().AsMemory(0, (int)header.Length), maxBytes, out var schema) is { } wrong
            ? new(null, wrong)
            : await ReadValuesAsync(stream, schema!, buffer, cancellation);
    }

    private static async Task<SafetensorsRead> ReadValuesAsync(Stream stream, ParameterSchema schema, byte[] buffer, CancellationToken cancellation)
    {
        var sink = FloatSink.Growing(schema.Count);
        for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;)
            if (!sink.TryAppend(buffer.AsSpan(0, read))) return new(null, "The file goes on after the last tensor.");
        if (!sink.IsFull) return new(null, $"The file ends after {sink.Bytes} of {4L * schema.Count} bytes of values.");
        return sink.IsFinite ? new(new ParameterVector(schema, sink.Grown), null) : new(null, "The values have NaN or infinity among them.");
    }
}
