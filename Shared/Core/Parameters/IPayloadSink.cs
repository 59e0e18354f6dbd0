namespace Federated.Core.Parameters;

/// <summary>Collects the bytes of a payload of known length. Not thread-safe.</summary>
public interface IPayloadSink
{
    /// <summary>Bytes so far.</summary>
    long Bytes { get; }

    /// <summary>Everything has arrived.</summary>
    bool IsFull { get; }

    /// <summary>Nothing that has arrived is NaN or infinite, where bytes are numbers that could be.</summary>
    bool IsFinite { get; }

    /// <summary>Takes the next bytes. False, and nothing taken, when they are more than are still missing.</summary>
    bool TryAppend(ReadOnlySpan<byte> part);
}
