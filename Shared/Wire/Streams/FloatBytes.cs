using System.Buffers;
using System.Runtime.InteropServices;

namespace Federated.Wire.Streams;

/// <summary>The bytes of an array of float32, for payloads that are something else and share the buffers of those that are not. Pins nothing by itself.</summary>
/// <param name="values">Belongs to the caller; at most 2^29 - 1 of them.</param>
public sealed class FloatBytes(float[] values) : MemoryManager<byte>
{
    /// <inheritdoc/>
    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("These bytes are read as spans.");

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
