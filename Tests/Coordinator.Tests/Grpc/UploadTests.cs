using Federated.Coordinator.Actors;
using Federated.Coordinator.Grpc;
using Federated.Core.Parameters;
using Federated.V1;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Coordinator.Tests.Grpc;

public sealed class UploadTests
{
    private static readonly TransferLimits Limits = new(MaxModelBytes: 64 << 20, ConcurrentUploads: 2);

    // Behaves as a round does: a permit, then the buffer comes back and the verdict goes out.
    private static object? Accept(object message) => message switch
    {
        BeginUpload { Id.Kind: TaskKind.Initialise } => new UploadPermit(null),
        BeginUpload => new UploadPermit(Uploads.Schema),
        OfferUpdate offer => Released(offer),
        OfferInitialised => new Verdict(),
        _ => null,
    };

    private static Verdict Released(OfferUpdate offer, Refusal refusal = Refusal.Unspecified)
    {
        offer.Release();
        return new Verdict { Refused = refusal };
    }

    [Fact]
    public async Task Upload_of_an_update_reaches_the_round_whole_after_its_bytes_were_counted()
    {
        float[]? seen = null;
        await using var server = await GrpcServer.StartAsync(message =>
        {
            if (message is OfferUpdate offer) seen = offer.Values[..Uploads.Values.Length];
            return Accept(message);
        });

        var verdict = await Uploads.SendAsync(server.Transfer, Uploads.Whole(Uploads.Header(), Uploads.Values));

        Assert.Equal(Refusal.Unspecified, verdict.Refused);
        Assert.Equal(Uploads.Values, seen);
        Assert.Collection(server.ToldSoFar(),
            message => Assert.Equal(Uploads.Train(), Assert.IsType<BeginUpload>(message).Id),
            message => Assert.Equal(new BytesMoved("run-1", Down: 0, Up: 24), message),
            message => Assert.Equal(10UL, Assert.IsType<OfferUpdate>(message).Header.Examples));
        Assert.Equal((2, 1), (server.Slots.Free, server.Slots.IdleBuffers));
    }

    [Fact]
    public async Task Upload_of_initial_parameters_brings_their_schema()
    {
        await using var server = await GrpcServer.StartAsync(Accept);

        var verdict = await Uploads.SendAsync(server.Transfer, Uploads.Whole(Uploads.InitialHeader(), Uploads.Values));

        Assert.Equal(Refusal.Unspecified, verdict.Refused);
        var offer = await server.ToldAsync<OfferInitialised>();
        Assert.Equal(Uploads.Schema, offer.Parameters.Schema);
        Assert.Equal<float>(Uploads.Values, offer.Parameters.Values.ToArray());
        Assert.Equal((2, 0), (server.Slots.Free, server.Slots.IdleBuffers));
    }

    [Theory]
    [InlineData(Refusal.UnknownRun)]
    [InlineData(Refusal.WrongRound)]
    [InlineData(Refusal.NotInCohort)]
    [InlineData(Refusal.RoundClosed)]
    public async Task Upload_that_the_round_does_not_permit_is_refused_before_its_payload_is_read(Refusal reason)
    {
        await using var server = await GrpcServer.StartAsync(message => message is BeginUpload ? new RefusedOffer(reason, "Because.") : null);
        using var call = server.Transfer.Upload();
        await call.RequestStream.WriteAsync(Uploads.Part(Uploads.Header()));

        var verdict = await call;   // no payload was sent, and the stream is still open

        Assert.Equal((reason, "Because."), (verdict.Refused, verdict.Detail));
        Assert.IsType<BeginUpload>(Assert.Single(server.ToldSoFar()));
        Assert.Equal(2, server.Slots.Free);
    }

    [Fact]
    public async Task Upload_that_the_round_refuses_after_reading_passes_the_reason_on()
    {
        await using var server = await GrpcServer.StartAsync(message => message is OfferUpdate offer ? Released(offer, Refusal.Duplicate) : Accept(message));

        var verdict = await Uploads.SendAsync(server.Transfer, Uploads.Whole(Uploads.Header(), Uploads.Values));

        Assert.Equal(Refusal.Duplicate, verdict.Refused);
        Assert.Equal((2, 1), (server.Slots.Free, server.Slots.IdleBuffers));
    }

    public static TheoryData<string, Refusal> BadUploads => new()
    {
        { "NaN", Refusal.NotFinite },
        { "infinity", Refusal.NotFinite },
        { "NaN among the metrics", Refusal.NotFinite },
        { "another schema", Refusal.WrongSchema },
        { "one value too few declared", Refusal.WrongLength },
        { "one value too few sent", Refusal.WrongLength },
        { "one value too many sent", Refusal.WrongLength },
        { "lengths that disagree", Refusal.WrongLength },
        { "above the cap", Refusal.TooLarge },
        { "another checksum", Refusal.BadChecksum },
        { "no examples", Refusal.NoExamples },
        { "no trailer", Refusal.Malformed },
        { "no header", Refusal.Malformed },
        { "nothing", Refusal.Malformed },
        { "no id", Refusal.Malformed },
        { "an evaluate task", Refusal.Malformed },
        { "another encoding", Refusal.Malformed },
        { "two headers", Refusal.Malformed },
    };

    [Theory]
    [MemberData(nameof(BadUploads))]
    public async Task Bad_upload_is_refused_with_its_reason_and_never_reaches_the_round(string fault, Refusal reason)
    {
        await using var server = await GrpcServer.StartAsync(Accept);

        var verdict = await Uploads.SendAsync(server.Transfer, Bad(fault));

        Assert.Equal(reason, verdict.Refused);
        Assert.NotEmpty(verdict.Detail);
        var told = server.ToldSoFar();
        Assert.DoesNotContain(told, message => message is OfferUpdate or OfferInitialised);
        // What had a permit and failed later is told to the round; what never got so far is not its business.
        var rejected = told.OfType<UploadRejected>().ToArray();
        Assert.Equal(told.OfType<BeginUpload>().Select(begin => new UploadRejected(begin.Id, reason, verdict.Detail)), rejected);
        Assert.Equal(2, server.Slots.Free);
        Assert.Equal(Refusal.Unspecified, (await Uploads.SendAsync(server.Transfer, Uploads.Whole(Uploads.Header(), Uploads.Values))).Refused);   // nothing was disturbed
        Assert.Equal((2, 1), (server.Slots.Free, server.Slots.IdleBuffers));
    }

    [Fact]
    public async Task Bad_initial_parameters_are_refused_and_told_to_the_run()
    {
        await using var server = await GrpcServer.StartAsync(Accept);

        var verdict = await Uploads.SendAsync(server.Transfer, Uploads.Whole(Uploads.InitialHeader(), [1, 2, 3, 4, 5, float.NaN]));

        Assert.Equal(Refusal.NotFinite, verdict.Refused);
        Assert.Equal(Refusal.NotFinite, (await server.ToldAsync<UploadRejected>()).Reason);
        Assert.Equal(2, server.Slots.Free);
    }

    private static IEnumerable<UploadPart> Bad(string fault)
    {
        var (header, values) = (Uploads.Header(), Uploads.Values);
        switch (fault)
        {
            case "NaN": return Uploads.Whole(header, [1, 2, float.NaN, 4, 5, 6]);
            case "infinity": return Uploads.Whole(header, [1, 2, 3, 4, 5, float.PositiveInfinity]);
            case "NaN among the metrics": header.Training.LossSum = double.NaN; break;
            case "another schema": header.SchemaHash = new ParameterSchema([new TensorSpec("other", [6])]).Hash; break;
            case "one value too few declared": (header.Count, header.PayloadBytes) = (5, 20); break;
            case "one value too few sent": return Uploads.Whole(header, values[..5]);
            case "one value too many sent": return Uploads.Whole(header, [.. values, 1f]);
            case "lengths that disagree": header.PayloadBytes = 25; break;
            case "above the cap": (header.Count, header.PayloadBytes) = (1 << 28, 1UL << 30); break;
            case "another checksum": return [Uploads.Part(header), Uploads.Part(values), Uploads.Trailer(values[..5])];
            case "no examples": header.Examples = 0; break;
            case "no trailer": return [Uploads.Part(header), Uploads.Part(values)];
            case "no header": return [Uploads.Part(values)];
            case "nothing": return [];
            case "no id": header.Id = null; break;
            case "an evaluate task": header.Id.Kind = TaskKind.Evaluate; break;
            case "another encoding": header.Encoding = "int8"; break;
            case "two headers": return [Uploads.Part(header), Uploads.Part(header)];
            default: throw new ArgumentOutOfRangeException(nameof(fault), fault, null);
        }
        return Uploads.Whole(header, values);
    }

    [Fact]
    public async Task Cancelled_upload_gives_its_slot_and_buffer_back()
    {
        await using var server = await GrpcServer.StartAsync(Accept);
        using var cancel = new CancellationTokenSource();
        using var call = server.Transfer.Upload(cancellationToken: cancel.Token);
        await call.RequestStream.WriteAsync(Uploads.Part(Uploads.Header()));
        await call.RequestStream.WriteAsync(Uploads.Part(Uploads.Values.AsSpan(0, 3)));
        await GrpcServer.EventuallyAsync(() => server.Slots.Free == 1);

        await cancel.CancelAsync();

        await GrpcServer.EventuallyAsync(() => server.Slots.Free == 2);
        Assert.Equal(1, server.Slots.IdleBuffers);
        Assert.InRange((await server.ToldAsync<BytesMoved>()).Up, 0, 12);   // what had arrived by then
        Assert.Empty(server.Logged.Errors);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Stalled_upload_is_cut_and_gives_its_slot_back(int valuesSent)
    {
        var time = new FakeTimeProvider();
        await using var server = await GrpcServer.StartAsync(Accept, time: time);
        using var call = server.Transfer.Upload();
        await call.RequestStream.WriteAsync(Uploads.Part(Uploads.Header()));
        if (valuesSent > 0) await call.RequestStream.WriteAsync(Uploads.Part(Uploads.Values.AsSpan(0, valuesSent)));
        await GrpcServer.EventuallyAsync(() => server.Slots.Free == 1);

        await GrpcServer.EventuallyAsync(() =>
        {
            time.Advance(Limits.UploadIdle);   // again until the server waits for the next part
            return call.ResponseAsync.IsCompleted;
        });

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.Equal(2, server.Slots.Free);
    }

    [Fact]
    public async Task Upload_beyond_the_cap_waits_and_does_not_hold_up_the_others_of_its_connection()
    {
        // Above every flow-control window, so that the waiting upload cannot be buffered away.
        var schema = new ParameterSchema([new TensorSpec("large", [2 << 20])]);
        var values = new float[schema.Count];
        await using var server = await GrpcServer.StartAsync(
            message => message is BeginUpload ? new UploadPermit(schema) : Accept(message), Limits with { ConcurrentUploads = 1 });
        using var first = server.Transfer.Upload();
        await first.RequestStream.WriteAsync(Uploads.Part(Uploads.Header(schema)));
        await GrpcServer.EventuallyAsync(() => server.Slots.Free == 0);

        var waiting = Enumerable.Range(2, 3).Select(i => Uploads.SendAsync(server.Transfer, InParts(Uploads.Header(schema, Uploads.Train($"c{i}")), values))).ToArray();
        foreach (var _ in Enumerable.Range(0, 4)) await server.ToldAsync<BeginUpload>();
        foreach (var part in InParts(Uploads.Header(schema), values).Skip(1)) await first.RequestStream.WriteAsync(part);
        await first.RequestStream.CompleteAsync();

        Assert.Equal("c1", (await server.ToldAsync<OfferUpdate>()).Header.Id.Client);
        Assert.Equal(Refusal.Unspecified, (await first).Refused);
        Assert.All(await Task.WhenAll(waiting), verdict => Assert.Equal(Refusal.Unspecified, verdict.Refused));
        Assert.Equal((1, 1), (server.Slots.Free, server.Slots.IdleBuffers));   // one buffer served all four
    }

    [Fact]
    public async Task Client_that_hangs_up_while_it_waits_takes_no_slot()
    {
        await using var server = await GrpcServer.StartAsync(Accept, Limits with { ConcurrentUploads = 1 });
        using var first = server.Transfer.Upload();
        await first.RequestStream.WriteAsync(Uploads.Part(Uploads.Header()));
        await GrpcServer.EventuallyAsync(() => server.Slots.Free == 0);
        using var cancel = new CancellationTokenSource();
        using var second = server.Transfer.Upload(cancellationToken: cancel.Token);
        await second.RequestStream.WriteAsync(Uploads.Part(Uploads.Header(id: Uploads.Train("c2"))));
        await server.ToldAsync<BeginUpload>();
        await server.ToldAsync<BeginUpload>();

        await cancel.CancelAsync();
        foreach (var part in Uploads.Whole(Uploads.Header(), Uploads.Values).Skip(1)) await first.RequestStream.WriteAsync(part);
        await first.RequestStream.CompleteAsync();

        Assert.Equal(Refusal.Unspecified, (await first).Refused);
        await GrpcServer.EventuallyAsync(() => server.Slots.Free == 1);
    }

    [Fact]
    public async Task Round_that_keeps_the_buffer_keeps_the_slot_until_it_releases()
    {
        await using var server = await GrpcServer.StartAsync(message => message is OfferUpdate ? new Verdict() : Accept(message));
        await Uploads.SendAsync(server.Transfer, Uploads.Whole(Uploads.Header(), Uploads.Values));
        var offer = await server.ToldAsync<OfferUpdate>();

        Assert.Equal((1, 0), (server.Slots.Free, server.Slots.IdleBuffers));
        offer.Release();
        offer.Release();
        Assert.Equal((2, 1), (server.Slots.Free, server.Slots.IdleBuffers));
    }

    [Fact]
    public async Task Round_that_never_answers_frees_the_slot_but_its_buffer_is_not_used_again()
    {
        await using var server = await GrpcServer.StartAsync(
            message => message is OfferUpdate ? null : Accept(message), Limits with { Ask = TimeSpan.FromSeconds(2) });

        var error = await Assert.ThrowsAsync<RpcException>(() => Uploads.SendAsync(server.Transfer, Uploads.Whole(Uploads.Header(), Uploads.Values)));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        (await server.ToldAsync<OfferUpdate>()).Release();   // too late: the slot is counted once
        Assert.Equal((2, 0), (server.Slots.Free, server.Slots.IdleBuffers));
    }

    private static IEnumerable<UploadPart> InParts(UploadHeader header, float[] values) =>
        [Uploads.Part(header), .. values.Chunk(1 << 17).Select(chunk => Uploads.Part(chunk)), Uploads.Trailer(values)];
}
