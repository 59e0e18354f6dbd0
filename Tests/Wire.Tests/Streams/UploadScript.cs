using System.IO.Hashing;
using System.Runtime.InteropServices;
using Federated.Core.Parameters;
using Federated.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Federated.Wire.Tests.Streams;

/// <summary>A correct upload of three values in three parts, for tests that then break one thing.</summary>
internal static class UploadScript
{
    public static readonly ParameterSchema Schema = new([new TensorSpec("w", [2]), new TensorSpec("b", [])]);
    public static readonly float[] Values = [1f, -2.5f, 3e-7f];

    public static byte[] Bytes => MemoryMarshal.AsBytes<float>(Values).ToArray();

    public static UploadHeader Header() => new()
    {
        Id = new TaskId { Run = "r-1", Round = 1, Attempt = 1, Client = "c1", Kind = TaskKind.Train },
        SchemaHash = Schema.Hash,
        Encoding = "f32",
        Count = 3,
        PayloadBytes = 12,
        Examples = 8,
        ComputeSeconds = 0.25,
        Training = new Metrics { Examples = 8, LossSum = 4.5, Correct = 6 },
    };

    public static UploadHeader InitialHeader()
    {
        var header = Header();
        header.Id = new TaskId { Run = "r-1", Attempt = 1, Kind = TaskKind.Initialise };
        header.Initialised = new Initialised { TestExamples = 10, Clients = { new DataClient { Id = "c1", Examples = 8 } } };
        header.Initialised.Schema.Add(new Tensor { Name = "w", Shape = { 2 }, Trainable = true });
        header.Initialised.Schema.Add(new Tensor { Name = "b", Trainable = true });
        return header;
    }

    public static UploadPart Part(UploadHeader header) => new() { Header = header };

    public static UploadPart Part(ReadOnlySpan<byte> payload) => new() { Payload = ByteString.CopyFrom(payload) };

    public static UploadPart Trailer(byte[] payload) => new() { Trailer = new UploadTrailer { Xxh3 = XxHash3.HashToUInt64(payload) } };

    public static List<UploadPart> Whole(UploadHeader header) => [Part(header), Part(Bytes.AsSpan(0, 5)), Part(Bytes.AsSpan(5, 6)), Part(Bytes.AsSpan(11)), Trailer(Bytes)];
}

/// <summary>A stream that has its parts already; each is serialized and parsed on the way, as on a network.</summary>
internal sealed class PartsReader<T>(IEnumerable<T> parts) : IAsyncStreamReader<T> where T : IMessage<T>
{
    private readonly IEnumerator<T> _parts = parts.GetEnumerator();

    public T Current => (T)_parts.Current.Descriptor.Parser.ParseFrom(_parts.Current.ToByteArray());

    public int Taken { get; private set; }

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Taken++;
        return Task.FromResult(_parts.MoveNext());
    }
}

/// <summary>Keeps what a server writes.</summary>
internal sealed class PartsWriter<T> : IServerStreamWriter<T>
{
    public List<T> Parts { get; } = [];

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message)
    {
        Parts.Add(message);
        return Task.CompletedTask;
    }
}
