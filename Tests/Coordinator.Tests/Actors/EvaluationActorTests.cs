using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Rounds;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Tests.Actors;

public sealed class EvaluationActorTests : ActorTest
{
    private readonly TestProbe _run;
    private readonly TestProbe _registry;

    public EvaluationActorTests()
    {
        (_run, _registry) = (CreateTestProbe(), CreateTestProbe());
        _run.IgnoreMessages(message => message is StepProgress);
    }

    [Fact]
    public async Task Slices_are_summed_in_their_order_whatever_the_order_of_arrival()
    {
        // In this order the sum is 1; in the other one 1 is lost beside 1e16.
        double[] losses = [1e16, -1e16, 1];
        var evaluation = Open(Job(), testExamples: 1500);
        var orders = _registry.ExpectMsg<SubmitWork>().Orders;
        Assert.Equal([0, 1, 2], orders.Select(order => order.Task.Key.Slice));
        Assert.All(orders, order => Assert.Equal((3, 500L), (order.Slices, order.Task.Examples)));
        foreach (var slice in new[] { 2, 0, 1 })
            Assert.Equal(Refusal.Unspecified, (await Deliver(evaluation, Measured(Id(slice: slice), 500, 400, losses[slice] / 500))).Refused);
        var done = _run.ExpectMsg<EvaluationDone>();
        Assert.Equal((1500L, 1200L, 1.0), (done.Result!.Whole.Sums.Examples, done.Result.Whole.Sums.Correct, done.Result.Whole.Sums.LossSum));
        Assert.Equal(Refusal.RoundClosed, (await Offer(evaluation, Measured(Id(slice: 0), 500, 1))).Refused);
    }

    [Fact]
    public async Task Repeated_unasked_and_malformed_reports_are_refused()
    {
        var evaluation = Open(Job(), testExamples: 1000);
        await Deliver(evaluation, Measured(Id(slice: 0), 500, 400));
        Assert.Equal(Refusal.Duplicate, (await Offer(evaluation, Measured(Id(slice: 0), 500, 400))).Refused);
        Assert.Equal(Refusal.NotInCohort, (await Offer(evaluation, Measured(Id(slice: 7), 500, 400))).Refused);
        Assert.Equal(Refusal.WrongRound, (await Offer(evaluation, Measured(Id(slice: 1, attempt: 2), 500, 400))).Refused);
        Assert.Equal(Refusal.Malformed, (await Ask<RefusedOffer>(evaluation, Begin(Id(slice: 1)))).Reason);
        Assert.Equal(Refusal.NotFinite, (await Deliver(evaluation, Measured(Id(slice: 1), 500, 400, double.NaN))).Refused);
        Assert.Null(_run.ExpectMsg<EvaluationDone>().Result);
    }

    [Fact]
    public async Task Who_does_not_show_the_ticket_of_its_part_measures_nothing()
    {
        var evaluation = Open(Job(), testExamples: 1000);
        Assert.Equal(Refusal.NotActive, (await Offer(evaluation, Measured(Id(slice: 0), 500, 400))).Refused);
        // The ticket of another slice.
        evaluation.Tell(new TaskAssigned(new("run", TaskPurpose.Evaluate, 2, 1, "", 1), "w1", Ticket));
        evaluation.Tell(new TaskAssigned(new("run", TaskPurpose.Evaluate, 2, 1, "", 0), "w2", ByteString.CopyFromUtf8("another")));
        Assert.Equal(Refusal.WrongTicket, (await Offer(evaluation, Measured(Id(slice: 0), 500, 400))).Refused);
        Assert.Equal(Refusal.Unspecified, (await Offer(evaluation, Measured(Id(slice: 1), 500, 400))).Refused);
    }

    [Fact]
    public async Task Failed_slice_is_tried_on_another_worker_and_given_up_after_three_times()
    {
        var evaluation = Open(Job(), testExamples: 100);
        _registry.ExpectMsg<SubmitWork>();
        for (uint attempt = 1; attempt <= 3; attempt++)
        {
            Assign(evaluation, new("run", TaskPurpose.Evaluate, 2, (int)attempt), $"w{attempt}");
            await Deliver(evaluation, Failure(Id(attempt: attempt), $"failure {attempt}"));
            Assert.Equal((int)attempt, _registry.ExpectMsg<WorkDone>().Key.Attempt);
            if (attempt < 3) Assert.Equal((int)attempt, _registry.ExpectMsg<SubmitWork>().Orders.Single().Task.Avoid.Count);
        }
        Assert.Equal("failure 3", _run.ExpectMsg<EvaluationDone>().Problem);
    }

    [Fact]
    public async Task Permanent_failure_of_a_slice_ends_the_evaluation()
    {
        var evaluation = Open(Job(), testExamples: 1000);
        await Deliver(evaluation, Failure(Id(), "no data", permanent: true));
        Assert.Equal("no data", _run.ExpectMsg<EvaluationDone>().Problem);
    }

    [Fact]
    public async Task Clients_are_measured_beside_a_test_set_that_is_nobody_s_and_are_no_part_of_the_whole()
    {
        var evaluation = Open(Job() with { Evaluation = new() { PerClient = true } }, testExamples: 1000, clients: ["a", "b"]);
        var orders = _registry.ExpectMsg<SubmitWork>().Orders;
        Assert.Equal([("", 0, 2), ("", 1, 2), ("a", 0, 0), ("b", 0, 0)], orders.Select(order => (order.Task.Key.Client, order.Task.Key.Slice, order.Slices)));
        await Deliver(evaluation, Measured(Id("b"), 10, 5));
        await Deliver(evaluation, Measured(Id(slice: 1), 500, 300));
        await Deliver(evaluation, Failure(Id("a"), "broken", permanent: true));
        await Deliver(evaluation, Measured(Id(slice: 0), 500, 400));

        var done = _run.ExpectMsg<EvaluationDone>();
        Assert.Equal((1000L, 700L), (done.Result!.Whole.Sums.Examples, done.Result.Whole.Sums.Correct));
        Assert.Equal(("b", 0.5), Assert.Single(done.Result.Clients) is var (name, measured) ? (name, measured.Sums.Accuracy) : default);
    }

    [Fact]
    public async Task Without_a_test_set_each_client_measures_and_those_that_cannot_are_left_out()
    {
        var evaluation = Open(Job(), testExamples: 0, "a", "b", "c");
        Assert.Equal(["a", "b", "c"], _registry.ExpectMsg<SubmitWork>().Orders.Select(order => order.Task.Key.Client));
        await Deliver(evaluation, Measured(Id("c"), 10, 5));
        await Deliver(evaluation, Failure(Id("a"), "broken", permanent: true));
        evaluation.Tell(new TaskLost(new("run", TaskPurpose.Evaluate, 2, 1, "b"), "w"));
        var done = _run.ExpectMsg<EvaluationDone>();
        Assert.Equal((10L, 5L), (done.Result!.Whole.Sums.Examples, done.Result.Whole.Sums.Correct));
    }

    [Fact]
    public async Task Clients_without_examples_to_measure_with_give_a_reason_and_no_number()
    {
        var evaluation = Open(Job(), testExamples: 0, "a");
        await Deliver(evaluation, Measured(Id("a"), 0, 0));
        var done = _run.ExpectMsg<EvaluationDone>();
        Assert.Null(done.Result);
        Assert.Contains("data.validation", done.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Local_evaluation_without_clients_ends_at_once()
    {
        Open(Job() with { Data = new() { Placement = Placement.Local } }, testExamples: 100);
        Assert.Null(_run.ExpectMsg<EvaluationDone>().Result);
    }

    [Fact]
    public async Task Deadline_keeps_what_clients_measured_and_gives_up_a_test_set()
    {
        foreach (var (clients, testExamples, expected) in new[] { (new[] { "a", "b" }, 0, 10L), ([], 1000, -1L) })
        {
            var evaluation = Open(Job(), testExamples, clients);
            Assign(evaluation, new("run", TaskPurpose.Evaluate, 2, 1, clients.FirstOrDefault("")), "w");
            await Deliver(evaluation, Measured(Id(clients.FirstOrDefault("")), 10, 5));
            Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(expected, _run.ExpectMsg<EvaluationDone>().Result?.Whole.Sums.Examples ?? -1);
        }
    }

    [Fact]
    public async Task Tallies_of_slices_add_up_to_figures_and_a_confusion_matrix()
    {
        var goal = new Federated.Core.Metrics.Goal(Objective.Classification, ["no", "yes"]);
        var evaluation = Open(Job(), testExamples: 1000, goal);
        // Actual no: 3 as no, 1 as yes; actual yes: 2 as no, 4 as yes.
        await Deliver(evaluation, WithTallies(Measured(Id(slice: 1), 5, 3), Confusion([0, 2, 3], [1, 2, 2])));
        await Deliver(evaluation, WithTallies(Measured(Id(slice: 0), 5, 4), Confusion([0, 1, 3], [2, 1, 2])));
        var result = _run.ExpectMsg<EvaluationDone>().Result!;
        Assert.Equal<string>(["no", "yes"], result.Confusion!.Classes);
        Assert.Equal<long>([3, 1, 2, 4], result.Confusion.Counts);
        Assert.Equal((0.6, 0.75), (result.Whole.Value("precision/no"), result.Whole.Value("recall/no")));
        Assert.Empty(result.Clients);
    }

    [Fact]
    public async Task Report_with_tallies_that_make_no_sense_is_refused_and_its_slice_given_up()
    {
        var evaluation = Open(Job(), testExamples: 100);
        var wrong = WithTallies(Measured(Id(), 5, 4), new NamedSums { Name = "scores", Steps = { 1 << 20 }, Counts = { 1 } });
        Assert.Equal(Refusal.Malformed, (await Deliver(evaluation, wrong)).Refused);
        Assert.Contains("scores", _run.ExpectMsg<EvaluationDone>().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Per_client_each_client_is_measured_apart_and_the_sums_are_the_whole()
    {
        var job = Job() with { Data = new() { Partition = new() { Kind = PartitionKind.Natural } }, Evaluation = new() { PerClient = true } };
        var evaluation = Open(job, testExamples: 100, clients: ["a", "b", "c"]);
        Assert.Equal([("a", 0), ("b", 0), ("c", 0)], _registry.ExpectMsg<SubmitWork>().Orders.Select(order => (order.Task.Key.Client, order.Slices)));
        await Deliver(evaluation, WithTallies(Measured(Id("c"), 4, 0), Regression(4, 2, 1, 10, 30)));
        await Deliver(evaluation, Measured(Id("b"), 0, 0, loss: 0));
        await Deliver(evaluation, WithTallies(Measured(Id("a"), 6, 0), Regression(6, 3, 9, 12, 30)));
        var result = _run.ExpectMsg<EvaluationDone>().Result!;
        // b has no test examples.
        Assert.Equal(["a", "c"], result.Clients.Keys);
        Assert.Equal((0.5, 0.5), (result.Clients["a"].Value("mae"), result.Clients["c"].Value("rmse")));
        Assert.Equal((10L, 1.0), (result.Whole.Sums.Examples, result.Whole.Value("rmse")));
        Assert.Equal(1 - (10 / (60 - 48.4)), result.Whole.Value("r2")!.Value, 1e-12);
    }

    [Fact]
    public async Task Per_client_a_client_of_a_shared_test_set_that_cannot_be_measured_ends_the_evaluation()
    {
        var evaluation = Open(Job() with { Data = new() { Partition = new() { Kind = PartitionKind.Natural } }, Evaluation = new() { PerClient = true } }, testExamples: 100, clients: ["a", "b"]);
        await Deliver(evaluation, Failure(Id("a"), "no data", permanent: true));
        Assert.Equal("no data", _run.ExpectMsg<EvaluationDone>().Problem);
    }

    [Fact]
    public void Per_client_with_too_many_clients_is_given_up_at_once()
    {
        Open(Job() with { Data = new() { Partition = new() { Kind = PartitionKind.Natural } }, Evaluation = new() { PerClient = true } }, testExamples: 100, clients: [.. Enumerable.Range(0, 1001).Select(i => $"c{i}")]);
        Assert.Contains("at most 1000 clients", _run.ExpectMsg<EvaluationDone>().Problem, StringComparison.Ordinal);
        _registry.ExpectNoMsg(TimeSpan.Zero);
    }

    private static OfferReport WithTallies(OfferReport offer, NamedSums sums)
    {
        offer.Report.Tallies.Add(sums);
        return offer;
    }

    private static NamedSums Confusion(int[] indices, ulong[] counts) => new()
    {
        Name = "confusion",
        Steps = { indices.Append(4).Select((index, i) => (uint)(index - (i > 0 ? indices[i - 1] : 0))) },
        Counts = { counts.Append(0UL) },
    };

    private static NamedSums Regression(params double[] sums) => new() { Name = "regression", Steps = { 0, 1, 1, 1, 1 }, Values = { sums } };

    private IActorRef Open(JobSpec job, int testExamples, Federated.Core.Metrics.Goal goal) =>
        _run.ChildActorOf(EvaluationActor.Props(new("run", 2, job, Start, testExamples, [], goal), _registry));

    private IActorRef Open(JobSpec job, int testExamples, params string[] clients) => _run.ChildActorOf(EvaluationActor.Props(
        new("run", 2, job, Start, testExamples, [.. clients.Select(client => new ClientShare(client, 10))]), _registry));

    private static TaskId Id(string client = "", int slice = 0, uint attempt = 1) =>
        new() { Run = "run", Round = 2, Attempt = attempt, Client = client, Slice = (uint)slice, Kind = TaskKind.Evaluate };
}
