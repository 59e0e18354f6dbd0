using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Mapping;
using Grpc.Core;

namespace Federated.Wire.Streams;

/// <summary>The serving side of parameter streams: a header, then values in parts of 64 KiB. Thread-safe; keeps nothing.</summary>
public static class ParameterSender
{
    /// <summary>Answers a Download.</summary>
    /// <returns>Bytes of values that were written.</returns>
    public static async Task<long> SendAsync(IServerStreamWriter<DownloadPart> stream, ParameterVector parameters, CancellationToken cancellation)
    {
        var header = new DownloadHeader { Count = (ulong)parameters.Schema.Count, SchemaHash = parameters.Schema.Hash };
        await stream.WriteAsync(new DownloadPart { Header = header }, cancellation);
        foreach (var chunk in Chunks.Of(parameters.Values))
            await stream.WriteAsync(new DownloadPart { Values = chunk }, cancellation);
        return 4L * parameters.Values.Length;
    }

    /// <summary>Answers a Model.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="round">The round after which these are the parameters.</param>
    /// <param name="parameters">The model.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task SendModelAsync(IServerStreamWriter<ModelPart> stream, int round, ParameterVector parameters, CancellationToken cancellation)
    {
        var header = new ModelHeader { Round = (uint)round, Sha256 = parameters.Hash, Schema = { parameters.Schema.ToProto() } };
        await stream.WriteAsync(new ModelPart { Header = header }, cancellation);
        foreach (var chunk in Chunks.Of(parameters.Values))
            await stream.WriteAsync(new ModelPart { Values = chunk }, cancellation);
    }
}
