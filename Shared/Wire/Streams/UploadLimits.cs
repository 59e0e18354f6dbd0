namespace Federated.Wire.Streams;

/// <summary>What a receiver of uploads accepts.</summary>
/// <param name="MaxPayloadBytes">Largest payload, in bytes; above 0. It also bounds the model of an initialise task.</param>
public sealed record UploadLimits(long MaxPayloadBytes)
{
    /// <value>Largest part of a payload, in bytes. 1 MiB, as transfer.proto says.</value>
    public int MaxPartBytes { get; init; } = Chunks.MaxPartBytes;
}
