using System.Threading.Channels;
using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Privacy.SecureAggregation.Cryptography;
using Federated.V1;
using Federated.Wire.Mapping;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>A client of a masked round that does what a test tells it, as its worker would.</summary>
internal sealed class MaskedClient
{
    private readonly MaskingClient _client;
    private readonly RingCodec _codec;
    private readonly MaskedJob _job;
    private readonly UpdateFacts _facts;
    private readonly float[] _update;
    private readonly long[] _labels;
    private readonly ISecureRandom _random;
    private int _index;

    public MaskedClient(JobSpec job, TaskId id, int cohort, float[] update, UpdateFacts facts, ParameterSchema schema, ISecureRandom? random = null, ClientIdentity? identity = null, PeerIdentities? peers = null,
        long[]? labels = null)
    {
        (_random, _labels) = (random ?? SystemRandom.Instance, labels ?? []);
        (Id, _job, _update, _facts, SchemaHash) = (id, new(job, _labels.Length), update, facts, schema.Hash);
        _codec = _job.Codec(cohort, schema.Count);
        Layout = _job.Layout(_codec, schema.Count);
        _client = new(new(id.Run, (int)id.Round, (int)id.Attempt), id.Client, _job.Rules, Layout, _random, identity, peers);
    }

    public TaskId Id { get; }

    public string SchemaHash { get; }

    public ByteString Ticket { get; init; } = ByteString.Empty;

    /// <summary>What a client that does not keep to the protocol makes of its scalars; null for one that does.</summary>
    public Action<ulong[]>? Change { get; init; }

    public MaskedLayout Layout { get; }

    public Channel<MaskingStep> Steps { get; private set; } = Channel.CreateUnbounded<MaskingStep>();

    public Advertisement Advertisement => _client.Advertise();

    /// <summary>The integers that were masked, once they were.</summary>
    public int[] Encoded { get; private set; } = [];

    public double Weight => _job.Weight(_facts);

    public UpdateFacts Facts => _facts;

    public float[] Update => _update;

    /// <summary>Opens the stream, or opens it again.</summary>
    public Task<object> JoinAsync(IActorRef round, ByteString? ticket = null)
    {
        Steps = Channel.CreateUnbounded<MaskingStep>();
        return round.Ask<object>(new JoinMasking(Id, ticket ?? Ticket, Advertisement, Steps.Writer), TimeSpan.FromSeconds(20));
    }

    /// <summary>The next step; null where the stream has ended.</summary>
    public async Task<MaskingStep?> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await Steps.Reader.WaitToReadAsync(limit.Token) ? await Steps.Reader.ReadAsync(limit.Token) : null;
    }

    /// <summary>The next step, which is this one.</summary>
    public async Task<MaskingStep> NextAsync(MaskingStep.StepOneofCase expected)
    {
        var step = await NextAsync();
        Assert.Equal(expected, step?.StepCase);
        return step!;
    }

    /// <summary>What the client answers on its stream.</summary>
    public MaskingAnswer Answer(MaskingStep step)
    {
        switch (step.StepCase)
        {
            case MaskingStep.StepOneofCase.Share:
                Assert.Null(MaskingMapping.Read(step.Share, out var share));
                _index = share!.Index;
                return _client.Share(share).Value!.ToProto();
            case MaskingStep.StepOneofCase.Confirm:
                Assert.Null(MaskingMapping.Read(step.Confirm, out var confirm));
                return _client.Confirm(confirm!).Value!.ToProto();
            case MaskingStep.StepOneofCase.Unmask:
                Assert.Null(MaskingMapping.Read(step.Unmask, out var unmask));
                return _client.Unmask(unmask!).Value!.ToProto();
            default:
                throw new InvalidOperationException($"{step.StepCase} is not answered on the stream.");
        }
    }

    /// <summary>The masked vector.</summary>
    public byte[] Mask(MaskingStep step)
    {
        Assert.Null(MaskingMapping.Read(step.Mask, _index, out var mask));
        Assert.Null(_client.Take(mask!));
        Encoded = new int[Layout.Length];
        var scalars = new ulong[Layout.Scalars];
        _job.Encode(_update, () => _facts, _labels, _codec, _random, Encoded, scalars);
        Change?.Invoke(scalars);
        return _client.Mask(Encoded, scalars);
    }

    public UploadHeader Header(ByteString? ticket = null) => new()
    {
        Id = Id,
        SchemaHash = SchemaHash,
        Encoding = "masked",
        Count = (ulong)Layout.Length,
        PayloadBytes = (ulong)Layout.Bytes,
        Ticket = ticket ?? Ticket,
    };

    /// <summary>Tells the round what the client answers.</summary>
    public void Tell(IActorRef round, MaskingAnswer answer) => round.Tell(new MaskingAnswered(Id, answer, Steps.Writer));
}
