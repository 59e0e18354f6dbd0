using System.Collections.Immutable;
using Akka.Actor;
using Federated.Core.Jobs;
using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Privacy.SecureAggregation.Rounds;
using Federated.Core.Simulating;
using Federated.V1;
using Federated.Wire.Mapping;
using Federated.Worker.Actors;
using Federated.Worker.State;
using Federated.Worker.Tasks;
using Federated.Worker.Tests.Fakes;
using Google.Protobuf;

namespace Federated.Worker.Tests.Actors;

/// <summary>Client a of three that mask with each other; the test is the coordinator and the other two.</summary>
public sealed class MaskingActorTests : WorkerTestKit
{
    private static readonly ByteString First = ByteString.CopyFrom(1);
    private static readonly TaskId Id = Train(round: 2).Id;
    private static readonly float[] Update = [0.5f, -0.25f, 0.125f, 2f];
    private static readonly JobSpec Job = new()
    {
        Federation = new() { Cohort = new() { Minimum = 3 } },
        Privacy = new() { SecureAggregation = new() { Enabled = true, Clip = 1, ExamplesCap = 20 } },
    };

    [Fact]
    public void It_advertises_keys_alone_shares_masks_and_reveals_and_what_it_sends_says_nothing_of_its_data()
    {
        var others = new Others();
        Start();
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        others.Advertise(Said(stream).Advertisement);
        stream.Give(others.State.SharingFor("a")!.ToProto());
        others.Share(Said(stream).Shares);
        stream.Give(others.State.MaskingFor("a")!.ToProto());

        var upload = Network.ExpectMsg<MaskedUploadCall>();
        Assert.Equal(new UploadHeader { Id = Id, SchemaHash = FakeEngine.TheSchema.Hash, Count = 4, Ticket = First }, upload.Header);
        others.Mask(upload.Packed);
        upload.Reply.Give(Accepted);
        stream.Give(others.State.UnmaskingFor("a")!.ToProto());
        others.Reveal(Said(stream).Reveal);
        stream.Give(new() { Over = new() });

        Assert.Equal(new TaskSettled(Id) { Counted = true }, ExpectMsg<TaskSettled>());
        AwaitAssert(() => Assert.True(stream.IsOver));
        // a weighs 10 / 20 and is cut off at 1, the others send zeros of weight 1: the mean is a's values times 0.5 / 2.5.
        var (mean, sums) = others.Close();
        for (var i = 0; i < 4; i++) Assert.Equal(Math.Clamp(Update[i], -1, 1) * 0.2, mean[i], 3 / 32767.0 / 2.5 + 1e-6);
        Assert.Equal((12L, 12.5, 32L), (sums.Examples, sums.Training.LossSum, sums.Training.Examples));
    }

    // a has 4 and 6 of two classes, b and c one of the first each.
    [Fact]
    public void Its_counts_by_class_leave_in_the_masked_sum_alone()
    {
        var job = Job with { Privacy = new() { SecureAggregation = Job.Privacy.SecureAggregation with { LabelCounts = true } } };
        var others = new Others(job, [1, 0]);
        Sys.ActorOf(MaskingActor.Props(Plain(12.5) with { Labels = [4, 6] }, First, 3, Scoped(job), TestActor));
        var stream = Masking(others, out var upload);
        Assert.Equal(new UploadHeader { Id = Id, SchemaHash = FakeEngine.TheSchema.Hash, Count = 4, Ticket = First }, upload.Header);
        others.Mask(upload.Packed);
        upload.Reply.Give(Accepted);
        stream.Give(others.State.UnmaskingFor("a")!.ToProto());
        others.Reveal(Said(stream).Reveal);
        Assert.Equal<long>([6, 6], others.Counts());
    }

    [Fact]
    public void A_client_whose_classes_were_not_counted_takes_no_part_where_the_job_counts_them()
    {
        Start(job: Job with { Privacy = new() { SecureAggregation = Job.Privacy.SecureAggregation with { LabelCounts = true } } });
        Assert.Contains("nobody says how many classes there are", Network.ExpectMsg<ReportCall>().Report.Failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_breaks_is_opened_again_with_the_same_advertisement_and_the_same_step_gets_the_same_answer()
    {
        var others = new Others();
        var actor = Start();
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        var advertised = Said(stream).Advertisement;
        others.Advertise(advertised);
        stream.Give(others.State.SharingFor("a")!.ToProto());
        var shared = Said(stream).Shares;
        stream.Break();

        var again = Reopened(actor);
        Assert.Equal(advertised, Said(again).Advertisement);
        again.Give(others.State.SharingFor("a")!.ToProto());
        Assert.Equal(shared, Said(again).Shares);
        AwaitAssert(() => Assert.True(stream.IsOver));
    }

    [Fact]
    public void A_vector_is_made_once_however_often_it_is_asked_for()
    {
        var others = new Others();
        var actor = Start();
        var stream = Masking(others, out var upload);
        stream.Break();
        var again = Reopened(actor);
        Said(again);
        again.Give(others.State.MaskingFor("a")!.ToProto());
        others.Mask(upload.Packed);
        upload.Reply.Give(Accepted);
        again.Give(others.State.UnmaskingFor("a")!.ToProto());
        others.Reveal(Said(again).Reveal);
        AwaitHandled(actor);
        Assert.False(Network.HasMessages);
    }

    // While the first answer is computed the stream is not read: only a coordinator that comes back makes another one of it.
    [Fact]
    public void A_step_that_another_stream_asks_again_while_it_is_being_answered_is_answered_once()
    {
        var (others, random, sent) = (new Others(), new HeldRandom(), new TaskCompletionSource());
        var actor = Start(random: random);
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        others.Advertise(Said(stream).Advertisement);
        random.Hold();
        stream.Give(others.Asked.ToProto());
        random.AwaitHeld();
        actor.Tell(Reattached.Instance);
        var again = Network.ExpectMsg<FakeMaskingStream>();
        Said(again);
        AwaitHandled(actor);
        again.Sending = sent.Task;
        again.Give(others.Asked.ToProto());
        AwaitHandled(actor);
        random.Release();

        others.Share(Said(again).Shares);
        sent.SetResult();
        again.Give(others.State.MaskingFor("a")!.ToProto());
        Network.ExpectMsg<MaskedUploadCall>();
    }

    [Fact]
    public void A_client_that_has_given_up_says_why_however_often_it_is_asked()
    {
        var others = new Others();
        var actor = Start();
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        others.Advertise(Said(stream).Advertisement);
        var share = others.Asked.ToProto();
        share.Share.Neighbours[0].SealKey = share.Share.Neighbours[0].MaskKey;
        stream.Give(share);
        var reason = Said(stream).Quit.Reason;
        AwaitHandled(actor);
        actor.Tell(Reattached.Instance);
        var again = Network.ExpectMsg<FakeMaskingStream>();
        Said(again);
        again.Give(share);
        Assert.Equal(reason, Said(again).Quit.Reason);
    }

    [Fact]
    public void Whoever_asks_for_something_else_than_before_is_told_no()
    {
        var others = new Others();
        Start();
        var stream = Masking(others, out _);
        var share = others.Asked.ToProto();
        share.Share.Neighbours[0].SealKey = share.Share.Neighbours[1].SealKey;
        EventFilter.Warning(contains: "takes no further part").ExpectOne(() =>
        {
            stream.Give(share);
            Assert.NotEmpty(Said(stream).Quit.Reason);
        });
        stream.Give(new() { Over = new() { Refused = Refusal.RoundClosed } });
        Assert.Equal(new TaskSettled(Id), ExpectMsg<TaskSettled>());
    }

    [Fact]
    public void More_clients_than_the_ring_has_room_for_are_refused()
    {
        var others = new Others();
        Start(cohort: 2);
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        others.Advertise(Said(stream).Advertisement);
        EventFilter.Warning(contains: "3 clients mask together, and the task spoke of at most 2").ExpectOne(() =>
        {
            stream.Give(others.State.SharingFor("a")!.ToProto());
            Said(stream);
        });
    }

    [Theory]
    [InlineData(Refusal.WrongRound)]
    [InlineData(Refusal.RoundClosed)]
    [InlineData(Refusal.UnknownRun)]
    public void A_coordinator_that_does_not_want_the_client_settles_the_task(Refusal refused)
    {
        Start();
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        stream.Give(new() { Over = new() { Refused = refused } });
        Assert.Equal(new TaskSettled(Id), ExpectMsg<TaskSettled>());
    }

    [Fact]
    public void A_node_that_is_not_the_active_one_is_asked_again_later()
    {
        var actor = Start();
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        var advertised = Said(stream).Advertisement;
        stream.Give(new() { Over = new() { Refused = Refusal.NotActive } });
        Assert.Equal(advertised, Said(Reopened(actor)).Advertisement);
    }

    [Fact]
    public void A_coordinator_that_comes_back_is_joined_at_once()
    {
        var actor = Start();
        Said(Network.ExpectMsg<FakeMaskingStream>());
        AwaitHandled(actor);
        actor.Tell(Reattached.Instance);
        Said(Network.ExpectMsg<FakeMaskingStream>());
    }

    [Fact]
    public void A_task_that_is_asked_for_again_when_it_is_over_is_masked_with_fresh_keys_under_the_new_ticket()
    {
        var actor = Start();
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        var before = Said(stream).Advertisement;
        stream.Give(new() { Over = new() { Refused = Refusal.RoundClosed } });
        ExpectMsg<TaskSettled>();

        actor.Tell(new Resend(ByteString.CopyFrom(2)));
        var after = Said(Network.ExpectMsg<FakeMaskingStream>()).Advertisement;
        Assert.Equal((Id, ByteString.CopyFrom(2)), (after.Id, after.Ticket));
        Assert.NotEqual(before.MaskKey, after.MaskKey);
        Assert.NotEqual(before.SealKey, after.SealKey);
    }

    [Fact]
    public void A_vector_that_is_refused_ends_the_clients_part()
    {
        var others = new Others();
        Start();
        var stream = Masking(others, out var upload);
        upload.Reply.Give(new() { Refused = Refusal.RoundClosed });
        Assert.Equal(new TaskSettled(Id), ExpectMsg<TaskSettled>());
        AwaitAssert(() => Assert.True(stream.IsOver));
    }

    [Fact]
    public void A_task_that_does_not_say_of_how_many_clients_the_sum_is_has_failed()
    {
        EventFilter.Error(contains: "cannot take part").ExpectOne(() =>
        {
            Start(cohort: 0);
            var call = Network.ExpectMsg<ReportCall>();
            Assert.Contains("cannot mask its update", call.Report.Failure.Reason, StringComparison.Ordinal);
            call.Reply.Give(Accepted);
            ExpectMsg<TaskSettled>();
        });
    }

    [Fact]
    public void A_loss_that_could_not_be_summed_is_a_drop_out_with_its_reason()
    {
        var others = new Others();
        Start(loss: 1e200);
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        others.Advertise(Said(stream).Advertisement);
        stream.Give(others.State.SharingFor("a")!.ToProto());
        others.Share(Said(stream).Shares);
        EventFilter.Warning(contains: "cannot be masked").ExpectOne(() =>
        {
            stream.Give(others.State.MaskingFor("a")!.ToProto());
            Assert.Contains("client 'a' cannot be masked", Said(stream).Quit.Reason, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_client_that_a_simulation_drops_after_sharing_does_not_mask()
    {
        var others = new Others();
        Start(job: Leaving(DropOutMoment.Shared));
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        others.Advertise(Said(stream).Advertisement);
        stream.Give(others.State.SharingFor("a")!.ToProto());
        others.Share(Said(stream).Shares);
        stream.Give(others.State.MaskingFor("a")!.ToProto());
        Assert.Equal(DropOuts.Reason, Said(stream).Quit.Reason);
    }

    [Fact]
    public void A_client_that_a_simulation_drops_after_masking_opens_nothing()
    {
        var others = new Others();
        Start(job: Leaving(DropOutMoment.Masked));
        var stream = Masking(others, out var upload);
        others.Mask(upload.Packed);
        upload.Reply.Give(Accepted);
        stream.Give(others.State.UnmaskingFor("a")!.ToProto());
        Assert.Equal(DropOuts.Reason, Said(stream).Quit.Reason);
    }

    [Fact]
    public void Stopping_ends_the_stream_and_gives_the_plain_update_back()
    {
        var plain = Plain(1);
        var actor = Sys.ActorOf(MaskingActor.Props(plain, First, 3, Scoped(), TestActor));
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        Said(stream);
        Watch(actor);
        Sys.Stop(actor);
        ExpectMsg<TaskSettled>();
        ExpectTerminated(actor);
        Assert.True(stream.IsOver);
        Assert.True(stream.Cancellation.IsCancellationRequested);
        AwaitAssert(() => Assert.Throws<ObjectDisposedException>(() => plain.Buffer!.Values));
    }

    private IActorRef Start(int cohort = 3, double loss = 12.5, JobSpec? job = null, ISecureRandom? random = null) =>
        Sys.ActorOf(MaskingActor.Props(Plain(loss), First, cohort, Scoped(job, random), TestActor));

    // A job whose seed lets client a drop out in that moment.
    private static JobSpec Leaving(DropOutMoment moment)
    {
        var job = Job with { Simulation = new() { DropOut = 0.9 } };
        return Enumerable.Range(0, 100).Select(seed => job with { Seed = (ulong)seed }).First(seeded => DropOuts.Of(seeded, "a", (int)Id.Round, (int)Id.Attempt) == moment);
    }

    private RunScope Scoped(JobSpec? job = null, ISecureRandom? random = null) =>
        new(Run, Scope(new FakeEngine()) with { Random = random ?? SystemRandom.Instance }, new SharedRunEngine(job ?? Job, new FakeEngine()), ActorRefs.Nobody, ActorRefs.Nobody, new ClientStateStore(Run, StateDir));

    private static UploadResult Plain(double loss)
    {
        var buffer = new UpdateBuffer(4);
        Update.CopyTo(buffer.Values);
        var header = new UploadHeader
        {
            Id = Id,
            SchemaHash = FakeEngine.TheSchema.Hash,
            Examples = 10,
            ComputeSeconds = 2.5,
            Training = new() { Examples = 30, LossSum = loss, Correct = 25 },
            Validation = new() { Examples = 3, LossSum = 1.5, Correct = 2 },
        };
        return new(header, buffer.Values, buffer);
    }

    private MaskingAnswer Said(FakeMaskingStream stream)
    {
        var said = Network.ExpectMsg<MaskingSaid>();
        Assert.Same(stream, said.Stream);
        return said.Answer;
    }

    private FakeMaskingStream Masking(Others others, out MaskedUploadCall upload)
    {
        var stream = Network.ExpectMsg<FakeMaskingStream>();
        others.Advertise(Said(stream).Advertisement);
        stream.Give(others.Asked.ToProto());
        others.Share(Said(stream).Shares);
        stream.Give(others.State.MaskingFor("a")!.ToProto());
        upload = Network.ExpectMsg<MaskedUploadCall>();
        return stream;
    }

    // The first delay of deliveries is 0.2 s.
    private FakeMaskingStream Reopened(IActorRef actor)
    {
        FakeMaskingStream? stream = null;
        AwaitAssert(() =>
        {
            AwaitHandled(actor);
            Advance(0.2);
            stream = Network.ExpectMsg<FakeMaskingStream>(TimeSpan.FromMilliseconds(100));
        }, TimeSpan.FromSeconds(10));
        return stream!;
    }

    /// <summary>Stands still where a computation needs it.</summary>
    private sealed class HeldRandom : ISecureRandom
    {
        private readonly ManualResetEventSlim _free = new(true);
        private readonly ManualResetEventSlim _held = new();

        public void Fill(Span<byte> bytes)
        {
            if (!_free.IsSet) _held.Set();
            _free.Wait();
            SystemRandom.Instance.Fill(bytes);
        }

        public void Hold() => _free.Reset();

        public void AwaitHeld() => Assert.True(_held.Wait(TimeSpan.FromSeconds(10)));

        public void Release() => _free.Set();
    }

    /// <summary>The coordinator, and clients b and c, who send zeros.</summary>
    private sealed class Others
    {
        private readonly MaskedJob _job;
        private readonly long[] _labels;   // of b and c each
        private readonly MaskingClient[] _clients;
        private readonly RingCodec _codec;
        private readonly MaskedSum _sum;

        public Others(JobSpec? job = null, params long[] labels)
        {
            (_job, _labels) = (new(job ?? Job, labels.Length), labels);
            _codec = _job.Codec(3, 4);
            var layout = _job.Layout(_codec, 4);
            var context = new MaskingContext(Run, 2, 1);
            _clients = [.. new[] { "b", "c" }.Select(name => new MaskingClient(context, name, _job.Rules, layout, SystemRandom.Instance))];
            _sum = new(layout);
            State = new MaskedRoundState { Context = context, Rules = _job.Rules }.Select(["a", "b", "c"], 3);
        }

        public MaskedRoundState State { get; private set; }

        public ShareRequest Asked { get; private set; } = null!;

        public void Advertise(MaskingAdvertisement sent)
        {
            Assert.Equal((Id, First), (sent.Id, sent.Ticket));
            Assert.Null(MaskingMapping.Read(sent, out var advertisement));
            foreach (var each in new[] { advertisement!, _clients[0].Advertise(), _clients[1].Advertise() }) Take(State.Advertise(each));
            State = State.Advance();
            Asked = State.SharingFor("a")!;
        }

        public void Share(MaskingShares sent)
        {
            Assert.Null(MaskingMapping.Read(sent, "a", 1, out var answer));
            Take(State.Share(answer!));
            foreach (var (index, name) in new[] { "b", "c" }.Index()) Take(State.Share(_clients[index].Share(State.SharingFor(name)!).Value!));
            State = State.Advance();
        }

        public void Mask(byte[] packed)
        {
            State = State.Fold("a");
            Assert.Null(_sum.Add(packed));
            State = State.Accept("a");
            foreach (var (index, name) in new[] { "b", "c" }.Index())
            {
                Assert.Null(_clients[index].Take(State.MaskingFor(name)!));
                var scalars = new ulong[MaskedFacts.Count + _labels.Length];
                MaskedFacts.Encode(new(1, new(1, 0, 0), Validation: null, ComputeSeconds: 0), 1, 3, scalars.AsSpan(0, MaskedFacts.Count));
                MaskedLabels.Encode(_labels, _labels.Sum(), 3, scalars.AsSpan(MaskedFacts.Count));
                State = State.Fold(name);
                Assert.Null(_sum.Add(_clients[index].Mask(new int[4], scalars)));
                State = State.Accept(name);
            }
            State = State.Advance();
        }

        public void Reveal(MaskingReveal sent)
        {
            Assert.Null(MaskingMapping.Read(sent, "a", out var answer));
            Take(State.Reveal(answer!));
            foreach (var (index, name) in new[] { "b", "c" }.Index()) Take(State.Reveal(_clients[index].Unmask(State.UnmaskingFor(name)!).Value!));
            State = State.Advance();
        }

        public (float[] Mean, Core.Algorithms.RoundSums Sums) Close()
        {
            Assert.Null(MaskRemoval.Remove(State, _sum, 1));
            Assert.Null(MaskedFacts.Decode(_sum.Scalars, 3, out var weight, out var sums));
            var mean = new float[4];
            _codec.Decode(_sum.Values, weight, mean);
            return (mean, sums);
        }

        public ImmutableArray<long> Counts()
        {
            Assert.Null(MaskRemoval.Remove(State, _sum, 1));
            Assert.Null(MaskedLabels.Decode(_sum.Scalars[MaskedFacts.Count..], 12, out var counts));
            return counts;
        }

        private void Take(MaskedStep step)
        {
            Assert.Null(step.Refused);
            State = step.State;
        }
    }
}
