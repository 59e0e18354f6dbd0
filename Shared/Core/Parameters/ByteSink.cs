namespace Federated.Core.Parameters;

/// <summary>Collects bytes as they are. Not thread-safe.</summary>
public sealed class ByteSink : IPayloadSink
{
    private readonly Memory<byte> _destination;

    /// <summary>A sink that fills the first <paramref name="count"/> bytes of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public ByteSink(Memory<byte> destination, long count)
    {
        if (destination.Length < count) throw new ArgumentException($"{count} bytes do not fit into {destination.Length}.", nameof(destination));
        _destination = destination[..(int)count];
    }

    /// <inheritdoc/>
    public long Bytes { get; private set; }

    /// <inheritdoc/>
    public bool IsFull => Bytes == _destination.Length;

    /// <inheritdoc/>
    public bool IsFinite => true;

    /// <inheritdoc/>
    public bool TryAppend(ReadOnlySpan<byte> part)
    {
        if (part.Length > _destination.Length - Bytes) return false;
        part.CopyTo(_destination.Span[(int)Bytes..]);
        Bytes += part.Length;
        return true;
    }
}
