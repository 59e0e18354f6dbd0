using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Grpc;
using Federated.Coordinator.Tests.Actors;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Privacy;
using Federated.Core.Randomness;
using Federated.V1;
using Federated.Wire.Mapping;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Federated.Coordinator.Tests.Grpc;

/// <summary>Whole runs over real gRPC, with clients that are written here from docs/wire.md. Everything that the coordinator receives is recorded.</summary>
public sealed class MaskedRunTests : ActorTest
{
    private const int Values = 4096;
    private const int Rounds = 3;
    private static readonly string[] Names = ["a", "b", "c", "d", "e", "f"];
    private static readonly ParameterSchema Wide = new([new TensorSpec("w", [Values])]);
    private readonly ConcurrentBag<MaskedClient> _clients = [];
    private readonly ConcurrentBag<byte[]> _vectors = [];
    private readonly Recorder _recorder = new();

    // Six clients of weights n / 60, n = 10 to 60, so W = 3.5; a step is 1 / 32767. Each client of a round is off by less than a step, the mean by 6 steps / W, and the sum of three rounds by three times as much. float32 adds at most
    // three roundings of values below 16.
    [Fact]
    public async Task Model_is_that_of_the_plain_run_up_to_the_quantisation()
    {
        var plain = await RunAsync(masked: false);
        var masked = await RunAsync(masked: true);

        var bound = Rounds * 6 / 32767.0 / 3.5 + 3 * 2e-6;
        var largest = 0.0;
        for (var i = 0; i < Values; i++) largest = Math.Max(largest, Math.Abs((double)plain.Model.Span[i] - masked.Model.Span[i]));
        Assert.InRange(largest, 0, bound);
        Assert.NotEqual(0, largest);
        Assert.Equal(plain.Reports.Select(report => (report.Examples, report.Training, report.Validation)), masked.Reports.Select(report => (report.Examples, report.Training, report.Validation)));
        Assert.All(masked.Reports, report => Assert.Equal((6u, 6u, 5u, 5u), (report.Updates, report.Masked.Advertised, report.Masked.Neighbours, report.Masked.Threshold)));
        Assert.All(masked.Reports, report => Assert.Null(report.ValidationSpread));
        Assert.All(plain.Reports, report => Assert.Null(report.Masked));
    }

    [Fact]
    public async Task Nothing_that_the_coordinator_receives_has_a_clients_update_in_it_as_it_is_or_encoded()
    {
        await RunAsync(masked: true);

        var received = _recorder.Messages.ToArray();
        Assert.Equal(Names.Length * Rounds, _clients.Count);
        Assert.True(received.Length > 4 * _clients.Count);
        foreach (var client in _clients) Assert.DoesNotContain(received, message => HasUpdateOf(client, message));
        // What would have been found.
        var one = _clients.First();
        Assert.True(HasUpdateOf(one, [1, 2, 3, .. Packed(one.Encoded, one.Layout.RingBits).AsSpan(512, 100)]));
        Assert.True(HasUpdateOf(one, MemoryMarshal.AsBytes<float>(one.Update).ToArray()));
        // All headers of uploads are those of the initial model and of masked updates, which say nothing of the client.
        Assert.All(_recorder.Headers.Where(header => header.Id.Kind == TaskKind.Train), header =>
            Assert.Equal(("masked", 0ul, 0.0, 0.0, null, null, null), (header.Encoding, header.Examples, header.Weight, header.ComputeSeconds, header.Training, header.Validation, header.Personal)));
        Assert.Equal(_clients.Count, _recorder.Headers.Count(header => header.Id.Kind == TaskKind.Train));
    }

    // The upper 8 bits of 19 in 256 classes: chi-square with 255 degrees of freedom. By Wilson and Hilferty it is within 161 to 378 but for 1 in 10^6 on each side; of 18 vectors that is 4 in 100,000. Keys are drawn from seeds, so
    // that it is the same every time.
    [Fact]
    public async Task Masked_vectors_are_uniform_and_the_encoded_ones_are_not()
    {
        await RunAsync(masked: true);

        Assert.Equal(Names.Length * Rounds, _vectors.Count);
        Assert.All(_vectors, vector => Assert.InRange(ChiSquare(vector), 161, 378));
        Assert.All(_clients, client => Assert.True(ChiSquare(Packed(client.Encoded, 19)) > 10_000));
    }

    // Any 16 bytes, at every 512, of the values as they are, of what they are encoded as, and of that packed.
    private static bool HasUpdateOf(MaskedClient client, byte[] message)
    {
        foreach (var form in new[] { MemoryMarshal.AsBytes<float>(client.Update).ToArray(), MemoryMarshal.AsBytes<int>(client.Encoded).ToArray(), Packed(client.Encoded, client.Layout.RingBits) })
            for (var start = 0; start + 16 <= form.Length; start += 512)
                if (message.AsSpan().IndexOf(form.AsSpan(start, 16)) >= 0)
                    return true;
        return false;
    }

    private static double ChiSquare(byte[] packed)
    {
        var counts = new int[256];
        for (var i = 0; i < Values; i++) counts[Element(packed, i, 19) >> 11]++;
        return counts.Sum(count => (count - Values / 256.0) * (count - Values / 256.0) / (Values / 256.0));
    }

    private static uint Element(byte[] packed, int index, int bits)
    {
        var value = 0u;
        for (var bit = 0; bit < bits; bit++)
        {
            var at = (long)index * bits + bit;
            value |= (uint)(packed[at / 8] >> (int)(at % 8) & 1) << bit;
        }
        return value;
    }

    private static byte[] Packed(int[] integers, int bits)
    {
        var packed = new byte[(integers.Length * bits + 7) / 8];
        for (var i = 0; i < integers.Length; i++)
            for (var bit = 0; bit < bits; bit++)
            {
                var at = (long)i * bits + bit;
                packed[at / 8] |= (byte)((integers[i] >> bit & 1) << (int)(at % 8));
            }
        return packed;
    }

    private async Task<(ReadOnlyMemory<float> Model, IReadOnlyList<RoundReport> Reports)> RunAsync(bool masked)
    {
        var job = With(Job(Rounds), cohort => cohort with { Minimum = 6 });
        if (masked) job = job with { Privacy = new() { SecureAggregation = new() { Enabled = true, ExamplesCap = 60 } } };
        var runs = Sys.ActorOf(RunsActor.Props(Settings));
        await using var app = await ServeAsync(runs);
        using var channel = GrpcChannel.ForAddress(app.Urls.Single());
        var log = (IActorRef)CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new FakeWorker(HelloOf(masked ? "w1" : "w2", 6, "s1"), runs, task => Answer(task, job, channel), log)));
        var run = (await Ask<JobQueued>(runs, Submission(job))).Run;
        var events = Channel.CreateUnbounded<RunEvent>();
        Assert.NotNull(await Find<RunSummary>(runs, new WatchRun(run, 0, events.Writer)));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await foreach (var _ in events.Reader.ReadAllAsync(limit.Token))
        {
            // Until the run has ended.
        }
        var details = (await Find<RunDetails>(runs, new GetRun(run)))!;
        Assert.Equal((RunStatus.Completed, ""), (details.Summary.Status, details.Summary.Reason));
        return ((await Find<CommittedModel>(runs, new GetModel(run)))!.Parameters.Values, details.Rounds);
    }

    private object? Answer(AssignTask task, JobSpec job, GrpcChannel channel)
    {
        switch (task.Id.Kind)
        {
            case TaskKind.Initialise:
                var header = Initialised(task.Id, 600, [.. Names.Select((name, i) => (name, 10UL * (ulong)(i + 1)))]).Header;
                (header.SchemaHash, header.Count, header.PayloadBytes) = (Wide.Hash, Values, 4 * Values);
                header.Initialised.Schema.Clear();
                header.Initialised.Schema.AddRange(Wide.ToProto());
                return new OfferInitialised(header, new(Wide, new float[Values]));
            case TaskKind.Evaluate:
                return Measured(task.Id, 600, 300);
            case TaskKind.Train when task.Cohort == 0:
                var (values, facts) = (UpdateOf(task.Id), FactsOf(task.Id));
                var plain = Update(task.Id, values, (ulong)facts.Examples);
                (plain.Header.SchemaHash, plain.Header.Count, plain.Header.PayloadBytes, plain.Header.ComputeSeconds) = (Wide.Hash, Values, 4 * Values, facts.ComputeSeconds);
                (plain.Header.Training, plain.Header.Validation) = (facts.Training.ToProto(), facts.Validation!.Value.ToProto());
                return plain;
            default:
                var client = new MaskedClient(job, task.Id, (int)task.Cohort, UpdateOf(task.Id), FactsOf(task.Id), Wide, new SeededSecrets($"{task.Id.Client}/{task.Id.Round}")) { Ticket = task.Ticket };
                _clients.Add(client);
                _ = TakePartAsync(client, channel);
                return null;
        }
    }

    private async Task TakePartAsync(MaskedClient client, GrpcChannel channel)
    {
        using var call = new Masking.MaskingClient(channel).Join();
        await call.RequestStream.WriteAsync(client.Advertisement.ToProto(client.Id, client.Ticket));
        while (await call.ResponseStream.MoveNext())
        {
            var step = call.ResponseStream.Current;
            if (step.StepCase == MaskingStep.StepOneofCase.Over) return;
            if (step.StepCase != MaskingStep.StepOneofCase.Mask)
            {
                await call.RequestStream.WriteAsync(client.Answer(step));
                continue;
            }
            var packed = client.Mask(step);
            _vectors.Add(packed);
            await Uploads.SendAsync(new Transfer.TransferClient(channel),
            [
                new() { Header = client.Header() },
                .. packed.Chunk(5000).Select(part => new UploadPart { Payload = ByteString.CopyFrom(part) }),
                new() { Trailer = new() { Xxh3 = XxHash3.HashToUInt64(packed) } },
            ]);
        }
    }

    private static float[] UpdateOf(TaskId id)
    {
        var random = new RandomStream(SeedTree.Derive(11, id.Client, (int)id.Round));
        return [.. Enumerable.Range(0, Values).Select(_ => (float)(0.4 * random.NextDouble() - 0.2))];
    }

    private static UpdateFacts FactsOf(TaskId id)
    {
        var examples = 10 * (id.Client[0] - 'a' + 1);
        return new(examples, new(2 * examples, 0.25 * examples, examples), new MetricSums(examples / 10, 0.5 * examples, 1), ComputeSeconds: 0.125 * examples);
    }

    private async Task<WebApplication> ServeAsync(IActorRef runs)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            GrpcEndpoints.Configure(kestrel);
            kestrel.ListenLocalhostAnyPort();
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(Store);
        builder.Services.AddSingleton(new RunsGate(_ => Task.FromResult(runs), TimeSpan.FromMinutes(1), new ActiveNode(() => runs, TimeProvider.System)));
        builder.Services.AddFederatedGrpc(new TransferLimits(MaxModelBytes: 64 << 20, ConcurrentUploads: 2));
        builder.Services.AddSingleton(_recorder);
        builder.Services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<Recorder>());
        var app = builder.Build();
        app.MapFederatedGrpc();
        await app.StartAsync();
        return app;
    }

    /// <summary>Keeps the bytes of every message that a client sends on a stream.</summary>
    private sealed class Recorder : Interceptor
    {
        public ConcurrentQueue<byte[]> Messages { get; } = new();

        public ConcurrentQueue<UploadHeader> Headers { get; } = new();

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
            continuation(new Recorded<TRequest>(requestStream, this), context);

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
            DuplexStreamingServerMethod<TRequest, TResponse> continuation) => continuation(new Recorded<TRequest>(requestStream, this), responseStream, context);
    }

    private sealed class Recorded<T>(IAsyncStreamReader<T> inner, Recorder recorder) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            var more = await inner.MoveNext(cancellationToken);
            if (more) recorder.Messages.Enqueue(((IMessage)inner.Current!).ToByteArray());
            if (more && inner.Current is UploadPart { Header: { } header }) recorder.Headers.Enqueue(header);
            return more;
        }
    }

    /// <summary>Secrets that are the same every time, for a test whose outcome must be.</summary>
    private sealed class SeededSecrets(string seed) : ISecureRandom
    {
        private readonly RandomStream _random = new(SeedTree.Derive(5, seed, 0));

        public void Fill(Span<byte> bytes)
        {
            for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(256 * _random.NextDouble());
        }
    }
}
