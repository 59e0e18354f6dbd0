using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Actors;

public sealed class InitialiseActorTests : ActorTest
{
    private readonly TestProbe _run;
    private readonly TestProbe _registry;

    public InitialiseActorTests()
    {
        (_run, _registry) = (CreateTestProbe(), CreateTestProbe());
        _run.IgnoreMessages(message => message is StepProgress);
    }

    [Fact]
    public async Task First_result_becomes_the_state_before_the_first_round_without_clients_that_have_no_examples()
    {
        var initialise = Open(Job());
        Assert.Equal(TaskPurpose.Initialise, _registry.ExpectMsg<SubmitWork>().Orders.Single().Task.Key.Purpose);
        Assert.Null((await Permit(initialise, Id())).Schema);
        Assert.Equal(Refusal.Unspecified, (await Deliver(initialise, Initialised(Id(), 600, ("a", 5), ("empty", 0), ("b", 7)))).Refused);
        var initialised = _run.ExpectMsg<RunInitialised>();
        Assert.Equal<ClientShare>([new("a", 5), new("b", 7)], initialised.Clients);
        Assert.Equal((600L, Start.Hash, 0), (initialised.TestExamples, initialised.Server.Parameters.Hash, initialised.Server.Round));
        Assert.Equal(Refusal.Duplicate, (await Offer(initialise, Initialised(Id(), 600, ("a", 5)))).Refused);
    }

    [Theory]
    [InlineData(ObjectiveKind.Unspecified, "the worker that made the first parameters does not say which classes there are; use one of this version.")]
    [InlineData(ObjectiveKind.Regression, "needs one class an example, and this is regression; remove it.")]
    [InlineData(ObjectiveKind.Classification, null)]
    public async Task Run_that_counts_classes_must_know_them(ObjectiveKind objective, string? error)
    {
        var job = With(Job(), cohort => cohort with { Minimum = 3 }) with { Privacy = new() { SecureAggregation = new() { Enabled = true, LabelCounts = true } } };
        var initialise = Open(job);
        var made = Initialised(Id(), 600, ("a", 5), ("b", 7), ("c", 2));
        if (objective != ObjectiveKind.Unspecified) made.Header.Initialised.Goal = new() { Objective = objective };
        if (objective == ObjectiveKind.Classification) made.Header.Initialised.Goal.Classes.Add(["no", "yes"]);
        await Deliver(initialise, made);
        if (error is null) Assert.Equal<string>(["no", "yes"], _run.ExpectMsg<RunInitialised>().Goal!.Classes);
        else Assert.Equal($"privacy.secure_aggregation.label_counts: {error}", _run.ExpectMsg<InitialiseFailed>().Reason);
    }

    [Fact]
    public async Task Failure_is_tried_on_another_worker_and_fails_the_run_after_three_times()
    {
        var initialise = Open(Job());
        for (uint attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal((int)attempt - 1, _registry.ExpectMsg<SubmitWork>().Orders.Single().Task.Avoid.Count);
            Assign(initialise, new("run", TaskPurpose.Initialise, 0, (int)attempt), $"w{attempt}");
            await Deliver(initialise, Failure(Id(attempt), $"reason {attempt}"));
            _registry.ExpectMsg<WorkDone>();
            if (attempt < 3) Assert.Equal($"Worker 'w{attempt}' could not make the initial parameters: reason {attempt}", _run.ExpectMsg<StepNotice>().Sentence);
        }
        Assert.Equal("Making the initial parameters failed 3 times; the last time: reason 3", _run.ExpectMsg<InitialiseFailed>().Reason);
    }

    [Fact]
    public async Task Permanent_failure_fails_the_run_with_its_sentence()
    {
        var initialise = Open(Job());
        await Deliver(initialise, Failure(Id(), "Data set 'mnist' was not found in /data.", permanent: true));
        Assert.Equal("Data set 'mnist' was not found in /data.", _run.ExpectMsg<InitialiseFailed>().Reason);
    }

    [Fact]
    public async Task Workers_that_refuse_are_all_asked_and_the_last_ones_sentence_fails_the_run()
    {
        var initialise = Open(Job());
        for (uint attempt = 1; attempt <= 5; attempt++)
        {
            Assert.Equal((int)Math.Min(attempt - 1, 4), _registry.ExpectMsg<SubmitWork>().Orders.Single().Task.Avoid.Count);
            Assign(initialise, new("run", TaskPurpose.Initialise, 0, (int)attempt), $"w{Math.Min(attempt, 4)}");
            await Deliver(initialise, Failure(Id(attempt), "not allowed here", onlyHere: true));
            _registry.ExpectMsg<WorkDone>();
            if (attempt < 5) _run.ExpectMsg<StepNotice>();
        }
        Assert.Equal("not allowed here", _run.ExpectMsg<InitialiseFailed>().Reason);
    }

    [Fact]
    public async Task Upload_that_the_service_rejected_is_tried_again_and_the_earlier_attempt_is_refused()
    {
        var initialise = Open(Job());
        initialise.Tell(new UploadRejected(Id(), Refusal.BadChecksum, "The checksum is wrong."));
        _run.ExpectMsg<StepNotice>();
        Assert.Equal(Refusal.WrongRound, (await Ask<RefusedOffer>(initialise, Begin(Id()))).Reason);
        Assert.Equal(Refusal.WrongRound, (await Offer(initialise, Initialised(Id(), 1, ("a", 1)))).Refused);
        Assert.Equal(Refusal.WrongRound, (await Offer(initialise, Failure(Id(), "late"))).Refused);
        Assert.NotNull(await Permit(initialise, Id(2)));
    }

    [Fact]
    public async Task Who_does_not_show_the_ticket_makes_no_initial_parameters()
    {
        var initialise = Open(Job());
        initialise.Tell(new TaskAssigned(new("run", TaskPurpose.Initialise, 0, 1), "w1", ByteString.CopyFromUtf8("another")));
        Assert.Equal(Refusal.WrongTicket, (await Ask<RefusedOffer>(initialise, Begin(Id()))).Reason);
        Assert.Equal(Refusal.WrongTicket, (await Offer(initialise, Initialised(Id(), 1, ("a", 1)))).Refused);
        Assert.Equal(Refusal.WrongTicket, (await Offer(initialise, Failure(Id(), "No data.", permanent: true))).Refused);
        await Deliver(initialise, Initialised(Id(), 1, ("a", 1)));
        _run.ExpectMsg<RunInitialised>();
    }

    [Fact]
    public async Task Data_that_cannot_meet_the_minimum_fails_the_run_with_a_sentence()
    {
        var initialise = Open(With(Job(), cohort => cohort with { Minimum = 3 }));
        await Deliver(initialise, Initialised(Id(), 1, ("a", 1), ("b", 1)));
        Assert.Equal("federation.cohort.minimum asks for 3 updates a round, but the data has only 2 clients with examples.", _run.ExpectMsg<InitialiseFailed>().Reason);
    }

    [Fact]
    public async Task Data_without_clients_fails_a_shared_run_but_not_a_local_one()
    {
        await Deliver(Open(Job()), Initialised(Id(), 1));
        _run.ExpectMsg<InitialiseFailed>();
        await Deliver(Open(Job() with { Data = new() { Placement = Placement.Local } }), Initialised(Id(), 1));
        Assert.Empty(_run.ExpectMsg<RunInitialised>().Clients);
    }

    [Fact]
    public async Task Sites_are_asked_one_after_the_other_until_one_can_use_its_data()
    {
        var initialise = Open(Local());
        initialise.Tell(AllThere("a", "b", "c"));
        await FailAsync(initialise, 1, "w1", "No table.");
        Assert.Equal("Worker 'w1' cannot use its data: No table.", _run.ExpectMsg<StepNotice>().Sentence);
        await FailAsync(initialise, 2, "w2", "No label.");
        _run.ExpectMsg<StepNotice>();
        Assert.Equal(["w1", "w2"], NextOrder().Task.Avoid.Order());
        await Deliver(initialise, Initialised(Id(3), 0));
        Assert.Empty(_run.ExpectMsg<RunInitialised>().Clients);
    }

    [Fact]
    public async Task Sites_that_can_all_not_use_their_data_fail_the_run_once_enough_clients_are_attached()
    {
        var initialise = Open(Local());
        initialise.Tell(AllThere("a"));
        await FailAsync(initialise, 1, "w1", "No table.");
        _run.ExpectMsg<StepNotice>();
        await FailAsync(initialise, 2, "w1", "No table.");   // nobody else is there to ask
        _run.ExpectNoMsg(TimeSpan.FromMilliseconds(100));

        initialise.Tell(AllThere("a", "b"));
        await FailAsync(initialise, 3, "w2", "No label.");
        _run.ExpectMsg<StepNotice>();
        await FailAsync(initialise, 4, "w1", "No table.");
        Assert.Equal("No worker can use its data.\nWorker 'w1': No table.\nWorker 'w2': No label.", _run.ExpectMsg<InitialiseFailed>().Reason);
    }

    [Fact]
    public async Task Clients_whose_data_cannot_be_used_are_told_to_the_run()
    {
        var initialise = Open(Job());
        Assign(initialise, new("run", TaskPurpose.Initialise, 0, 1), "w1");
        var offer = Initialised(Id(), 1, ("a", 1), ("b", 1));
        offer.Header.Initialised.Unusable.Add(new UnusableClient { Id = "c", Reason = "c.csv is cut off." });
        await Deliver(initialise, offer);
        var unusable = Assert.Single(_run.ExpectMsg<RunInitialised>().Unusable);
        Assert.Equal(("c", "w1", "c.csv is cut off."), (unusable.Client, unusable.Worker, unusable.Reason));
    }

    [Fact]
    public async Task Report_of_metrics_is_malformed()
    {
        Assert.Equal(Refusal.Malformed, (await Deliver(Open(Job()), Measured(Id(), 1, 1))).Refused);
    }

    private static JobSpec Local() => With(Job() with { Data = new() { Placement = Placement.Local } }, cohort => cohort with { Minimum = 2 });

    private static Roster AllThere(params string[] clients) => Roster.Nobody with { Workers = clients.Length, Clients = Roster.Nobody.Clients.Union(clients) };

    private TaskOrder NextOrder() => Assert.Single(_registry.FishForMessage<SubmitWork>(_ => true).Orders);

    private async Task FailAsync(IActorRef initialise, int attempt, string worker, string reason)
    {
        Assert.Equal(attempt, NextOrder().Task.Key.Attempt);
        Assign(initialise, new("run", TaskPurpose.Initialise, 0, attempt), worker);
        await Deliver(initialise, Failure(Id((uint)attempt), reason, permanent: true));
    }

    private IActorRef Open(JobSpec job) =>
        _run.ChildActorOf(InitialiseActor.Props(new("run", job, AlgorithmCatalog.Create(job)), _registry));

    private static TaskId Id(uint attempt = 1) => new() { Run = "run", Attempt = attempt, Kind = TaskKind.Initialise };
}
