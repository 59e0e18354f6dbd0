using System.IO.Hashing;
using System.Runtime.InteropServices;
using Federated.Core.Parameters;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Grpc;

/// <summary>Uploads, right ones and parts to build wrong ones from.</summary>
internal static class Uploads
{
    public static readonly ParameterSchema Schema = new([new TensorSpec("weight", [2, 2]), new TensorSpec("bias", [2])]);

    public static readonly float[] Values = [1f, -2f, 3f, 0.5f, -0.25f, 0f];

    public static TaskId Train(string client = "c1", uint round = 3) =>
        new() { Run = "run-1", Round = round, Attempt = 1, Client = client, Kind = TaskKind.Train };

    public static UploadHeader Header(ParameterSchema? schema = null, TaskId? id = null) => new()
    {
        Id = id ?? Train(),
        SchemaHash = (schema ?? Schema).Hash,
        Encoding = "f32",
        Count = (ulong)(schema ?? Schema).Count,
        PayloadBytes = 4UL * (ulong)(schema ?? Schema).Count,
        Examples = 10,
        ComputeSeconds = 0.5,
        Training = new Metrics { Examples = 10, LossSum = 4.5, Correct = 7 },
    };

    public static UploadHeader InitialHeader()
    {
        var header = Header(id: new TaskId { Run = "run-1", Attempt = 1, Kind = TaskKind.Initialise });
        (header.Training, header.Examples) = (null, 0);
        header.Initialised = new Initialised
        {
            Schema = { new Tensor { Name = "weight", Shape = { 2, 2 }, Trainable = true }, new Tensor { Name = "bias", Shape = { 2 }, Trainable = true } },
            Clients = { new DataClient { Id = "c1", Examples = 10 } },
            TestExamples = 5,
        };
        return header;
    }

    public static UploadPart Part(UploadHeader header) => new() { Header = header };

    public static UploadPart Part(ReadOnlySpan<float> values) => new() { Payload = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };

    public static UploadPart Trailer(ReadOnlySpan<float> values) => new() { Trailer = new UploadTrailer { Xxh3 = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(values)) } };

    public static IEnumerable<UploadPart> Whole(UploadHeader header, float[] values) => [Part(header), Part(values), Trailer(values)];

    /// <summary>Sends parts until the server has answered, and returns its answer.</summary>
    public static async Task<Verdict> SendAsync(Transfer.TransferClient client, IEnumerable<UploadPart> parts)
    {
        using var call = client.Upload();
        try
        {
            foreach (var part in parts) await call.RequestStream.WriteAsync(part);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is InvalidOperationException or global::Grpc.Core.RpcException)
        {
            // Answered early: the answer is below.
        }
        return await call;
    }
}
