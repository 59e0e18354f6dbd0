using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Streams;

namespace Federated.Worker.Grpc;

/// <summary>The coordinator's data plane as a worker sees it. One call is one try. Thread-safe.</summary>
internal interface ITransfer
{
    /// <summary>Directs all later calls to this address; calls under way end where they began.</summary>
    /// <param name="address">URL with scheme http or https.</param>
    void Connect(string address);

    /// <summary>Fetches parameters and verifies them by their hash. What the peer sends wrong is a result, a broken connection an
    /// RpcException.</summary>
    Task<Received<ParameterVector>> DownloadAsync(string run, ParametersRef parameters, ParameterSchema schema, CancellationToken cancellation);

    /// <summary>Delivers the result of an initialise or train task. <paramref name="values"/> are not used any more when the returned task has
    /// ended.</summary>
    Task<Verdict> UploadAsync(UploadHeader header, ReadOnlyMemory<float> values, CancellationToken cancellation);

    /// <summary>Delivers a masked update. <paramref name="packed"/> is not used any more when the returned task has ended.</summary>
    Task<Verdict> UploadMaskedAsync(UploadHeader header, ReadOnlyMemory<byte> packed, CancellationToken cancellation);

    /// <summary>Opens a client's stream of secure aggregation.</summary>
    /// <param name="cancellation">Ends it.</param>
    IMaskingStream Join(CancellationToken cancellation);

    /// <summary>Delivers metrics or a failure.</summary>
    Task<Verdict> ReportAsync(TaskReport report, CancellationToken cancellation);
}
