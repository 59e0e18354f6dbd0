using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Federated.Core.Parameters;

/// <summary>Collects bytes that are little-endian float32. Parts may split a value.</summary>
/// <remarks>Either into memory of the caller, or into an array that grows with what has arrived: a peer that declares much and sends little costs
/// little. Not thread-safe.</remarks>
public sealed class FloatSink : IPayloadSink
{
    private const int FirstValues = 16 * 1024;
    private readonly int _count;
    private Memory<float> _values;
    private float[]? _grown;
    private long _bytes;
    private int _checked;

    /// <summary>A sink that fills the first <paramref name="count"/> values of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="PlatformNotSupportedException">The machine is not little-endian.</exception>
    public FloatSink(Memory<float> destination, int count)
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("Parameters travel in memory order, which must be little-endian.");
        if (destination.Length < count) throw new ArgumentException($"{count} values do not fit into {destination.Length}.", nameof(destination));
        (_values, _count) = (destination[..count], count);
    }

    private FloatSink(int count) : this(Memory<float>.Empty, 0)
    {
        _count = count;
        _grown = new float[Math.Min(count, FirstValues)];
        _values = _grown;
    }

    /// <summary>A sink for <paramref name="count"/> values, at least 1, that allocates as they arrive.</summary>
    public static FloatSink Growing(int count) => new(count);

    /// <summary>Bytes so far.</summary>
    public long Bytes => _bytes;

    /// <summary>Every value has arrived.</summary>
    public bool IsFull => _bytes == 4L * _count;

    /// <summary>No complete value so far is NaN or infinite.</summary>
    public bool IsFinite { get; private set; } = true;

    /// <summary>The grown array; exactly the declared count when full.</summary>
    /// <exception cref="InvalidOperationException">The sink fills memory of the caller.</exception>
    public float[] Grown => _grown ?? throw new InvalidOperationException("The values are in the caller's memory.");

    /// <summary>Takes the next bytes. False, and nothing taken, when they are more than the values that are still missing.</summary>
    public bool TryAppend(ReadOnlySpan<byte> part)
    {
        if (part.Length > 4L * _count - _bytes) return false;
        while (part.Length > 4L * _values.Length - _bytes) Grow();

        // The slice starts at a whole value, so that spans of bytes stay below 2 GiB whatever the model's size.
        var start = (int)(_bytes / 4);
        var inside = (int)(_bytes % 4);
        var touched = _values.Span.Slice(start, (inside + part.Length + 3) / 4);
        part.CopyTo(MemoryMarshal.AsBytes(touched)[inside..]);
        _bytes += part.Length;

        var complete = (int)(_bytes / 4);
        // Of no values, IsFiniteAll says false.
        if (complete > _checked) IsFinite &= TensorPrimitives.IsFiniteAll<float>(_values.Span[_checked..complete]);
        _checked = complete;
        return true;
    }

    private void Grow()
    {
        Array.Resize(ref _grown, (int)Math.Min(_count, 2L * _grown!.Length));
        _values = _grown;
    }
}
