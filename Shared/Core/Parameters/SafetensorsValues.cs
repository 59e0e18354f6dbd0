using System.Collections.Immutable;

namespace Federated.Core.Parameters;

/// <summary>Collects the values of a file: vectors, one after the other. Not thread-safe.</summary>
/// <param name="counts">Values of each vector, at least 1; at least one vector.</param>
/// <param name="grows">Memory grows with what arrives; else each vector is allocated when its first byte comes.</param>
internal sealed class SafetensorsValues(ImmutableArray<int> counts, bool grows)
{
    private readonly float[][] _complete = new float[counts.Length][];
    private float[]? _array;
    private FloatSink? _sink;
    private int _index;
    private long _bytes;

    /// <summary>Bytes so far.</summary>
    public long Bytes => _bytes;

    /// <summary>Every value has arrived.</summary>
    public bool IsFull => _index == counts.Length;

    /// <summary>No complete value so far is NaN or infinite.</summary>
    public bool IsFinite { get; private set; } = true;

    /// <summary>A vector that is complete.</summary>
    public float[] this[int index] => _complete[index];

    /// <summary>Takes the next bytes. False when they are more than the values that are still missing.</summary>
    public bool TryAppend(ReadOnlySpan<byte> part)
    {
        while (part.Length > 0)
        {
            if (IsFull) return false;
            var sink = _sink ??= Next();
            var taken = (int)Math.Min(part.Length, 4L * counts[_index] - sink.Bytes);
            sink.TryAppend(part[..taken]);
            _bytes += taken;
            IsFinite &= sink.IsFinite;
            part = part[taken..];
            if (!sink.IsFull) continue;
            _complete[_index++] = _array ?? sink.Grown;
            (_sink, _array) = (null, null);
        }
        return true;
    }

    private FloatSink Next()
    {
        if (grows) return FloatSink.Growing(counts[_index]);
        _array = new float[counts[_index]];
        return new FloatSink(_array, counts[_index]);
    }
}
