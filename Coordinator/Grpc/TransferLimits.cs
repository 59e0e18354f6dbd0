namespace Federated.Coordinator.Grpc;

/// <summary>What the services grant to their peers.</summary>
/// <param name="MaxModelBytes">Largest payload, in bytes.</param>
/// <param name="ConcurrentUploads">Uploads that hold a buffer at the same time.</param>
internal sealed record TransferLimits(long MaxModelBytes, int ConcurrentUploads)
{
    /// <value>Silence after which an upload is cut, so that a stalled peer does not keep others from a slot. Default 60 s.</value>
    public TimeSpan UploadIdle { get; init; } = TimeSpan.FromSeconds(60);

    /// <value>Whether jobs may have attackers and drop-outs: only where all workers are simulated. Default no.</value>
    public bool AcceptSimulated { get; init; }

    /// <value>How long an actor may take to answer. Default 30 s.</value>
    public TimeSpan Ask { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>How long buffers are kept for the next upload after the last one. Default 60 s.</value>
    public TimeSpan KeepBuffers { get; init; } = TimeSpan.FromSeconds(60);
}
