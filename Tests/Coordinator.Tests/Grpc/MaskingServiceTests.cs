using Federated.Coordinator.Actors;
using Federated.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Federated.Coordinator.Tests.Grpc;

/// <summary>Streams of secure aggregation on a real server, in front of an actor that the test answers for.</summary>
public sealed class MaskingServiceTests
{
    private static readonly MaskingStep Share = new() { Share = new() { Clients = 3, Degree = 2, Threshold = 3, Index = 1 } };

    private static MaskingAnswer First(Action<MaskingAdvertisement>? change = null)
    {
        var sent = new MaskingAdvertisement { Id = Uploads.Train(), Ticket = ByteString.CopyFrom(1, 2), SealKey = ByteString.CopyFrom(new byte[65]), MaskKey = ByteString.CopyFrom(new byte[65]) };
        change?.Invoke(sent);
        return new() { Advertisement = sent };
    }

    [Fact]
    public async Task Steps_and_answers_pass_through_and_the_round_hears_of_the_end()
    {
        await using var server = await GrpcServer.StartAsync(message => message is JoinMasking ? MaskingJoined.Instance : null);
        using var call = new Masking.MaskingClient(server.Channel).Join();
        await call.RequestStream.WriteAsync(First());
        var join = await server.ToldAsync<JoinMasking>();
        Assert.Equal((Uploads.Train(), ByteString.CopyFrom(1, 2), "c1"), (join.Id, join.Ticket, join.Advertisement.Client));

        join.Steps.TryWrite(Share);
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(Share, call.ResponseStream.Current);
        var answer = new MaskingAnswer { Quit = new() { Reason = "no." } };
        await call.RequestStream.WriteAsync(answer);
        var answered = await server.ToldAsync<MaskingAnswered>();
        Assert.Equal((Uploads.Train(), answer), (answered.Id, answered.Answer));
        Assert.Same(join.Steps, answered.Steps);

        join.Steps.TryWrite(new() { Over = new() });
        join.Steps.TryComplete();
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(new Verdict(), call.ResponseStream.Current.Over);
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Same(join.Steps, (await server.ToldAsync<MaskingLeft>()).Steps);
        Assert.Empty(server.Logged.Errors);
    }

    [Fact]
    public async Task A_peer_that_hangs_up_leaves_the_round()
    {
        await using var server = await GrpcServer.StartAsync(message => message is JoinMasking ? MaskingJoined.Instance : null);
        using (var call = new Masking.MaskingClient(server.Channel).Join())
        {
            await call.RequestStream.WriteAsync(First());
            await server.ToldAsync<JoinMasking>();
        }
        Assert.Equal(Uploads.Train(), (await server.ToldAsync<MaskingLeft>()).Id);
        Assert.Empty(server.Logged.Errors);
    }

    [Fact]
    public async Task What_the_round_refuses_is_the_only_step()
    {
        await using var server = await GrpcServer.StartAsync(message => message is JoinMasking ? new RefusedOffer(Refusal.WrongRound, "This is round 4, not 3.") : null);
        Assert.Equal(new() { Refused = Refusal.WrongRound, Detail = "This is round 4, not 3." }, await OnlyAsync(server, First()));
    }

    public static TheoryData<string> Wrong => ["nothing", "answer", "short key", "signature", "kind", "id", "ticket"];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task First_message_of_another_form_never_reaches_the_round(string what)
    {
        await using var server = await GrpcServer.StartAsync(_ => MaskingJoined.Instance);
        var verdict = await OnlyAsync(server, what switch
        {
            "nothing" => new MaskingAnswer(),
            "answer" => new() { Reveal = new() },
            "short key" => First(sent => sent.MaskKey = ByteString.CopyFrom(new byte[64])),
            "signature" => First(sent => sent.Signature = ByteString.CopyFrom(new byte[63])),
            "kind" => First(sent => sent.Id.Kind = TaskKind.Evaluate),
            "id" => First(sent => sent.Id = null),
            _ => First(sent => sent.Ticket = ByteString.CopyFrom(new byte[17])),
        });
        Assert.Equal(Refusal.Malformed, verdict.Refused);
        Assert.Empty(server.ToldSoFar());
    }

    [Fact]
    public async Task A_stream_that_says_too_much_is_ended()
    {
        await using var server = await GrpcServer.StartAsync(message => message is JoinMasking ? MaskingJoined.Instance : null);
        using var call = new Masking.MaskingClient(server.Channel).Join();
        await call.RequestStream.WriteAsync(First());
        for (var i = 0; i < 17; i++)
        {
            try
            {
                await call.RequestStream.WriteAsync(new() { Reveal = new() });
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException)
            {
                // Ended already: the answer is below.
            }
        }
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(Refusal.Malformed, call.ResponseStream.Current.Over.Refused);
        for (var i = 0; i < 16; i++) await server.ToldAsync<MaskingAnswered>();
        Assert.DoesNotContain(server.ToldSoFar(), message => message is MaskingAnswered);
    }

    private static async Task<Verdict> OnlyAsync(GrpcServer server, MaskingAnswer first)
    {
        using var call = new Masking.MaskingClient(server.Channel).Join();
        await call.RequestStream.WriteAsync(first);
        Assert.True(await call.ResponseStream.MoveNext());
        var step = call.ResponseStream.Current;
        Assert.False(await call.ResponseStream.MoveNext());
        return step.Over;
    }
}
