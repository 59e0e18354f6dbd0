using Akka.Actor;
using Akka.TestKit;
using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.V1;

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
            Assert.Equal(Refusal.Unspecified, (await Offer(evaluation, Measured(Id(slice: slice), 500, 400, losses[slice] / 500))).Refused);
        var done = _run.ExpectMsg<EvaluationDone>();
        Assert.Equal((1500L, 1200L, 1.0), (done.Sums!.Value.Examples, done.Sums.Value.Correct, done.Sums.Value.LossSum));
        Assert.Equal(Refusal.RoundClosed, (await Offer(evaluation, Measured(Id(slice: 0), 500, 1))).Refused);
    }

    [Fact]
    public async Task Repeated_unasked_and_malformed_reports_are_refused()
    {
        var evaluation = Open(Job(), testExamples: 1000);
        await Offer(evaluation, Measured(Id(slice: 0), 500, 400));
        Assert.Equal(Refusal.Duplicate, (await Offer(evaluation, Measured(Id(slice: 0), 500, 400))).Refused);
        Assert.Equal(Refusal.NotInCohort, (await Offer(evaluation, Measured(Id(slice: 7), 500, 400))).Refused);
        Assert.Equal(Refusal.WrongRound, (await Offer(evaluation, Measured(Id(slice: 1, attempt: 2), 500, 400))).Refused);
        Assert.Equal(Refusal.Malformed, (await Ask<RefusedOffer>(evaluation, new BeginUpload(Id(slice: 1)))).Reason);
        Assert.Equal(Refusal.NotFinite, (await Offer(evaluation, Measured(Id(slice: 1), 500, 400, double.NaN))).Refused);
        Assert.Null(_run.ExpectMsg<EvaluationDone>().Sums);
    }

    [Fact]
    public async Task Failed_slice_is_tried_on_another_worker_and_given_up_after_three_times()
    {
        var evaluation = Open(Job(), testExamples: 100);
        _registry.ExpectMsg<SubmitWork>();
        for (uint attempt = 1; attempt <= 3; attempt++)
        {
            evaluation.Tell(new TaskAssigned(new("run", TaskPurpose.Evaluate, 2, (int)attempt), $"w{attempt}"));
            await Offer(evaluation, Failure(Id(attempt: attempt), $"failure {attempt}"));
            Assert.Equal((int)attempt, _registry.ExpectMsg<WorkDone>().Key.Attempt);
            if (attempt < 3) Assert.Equal((int)attempt, _registry.ExpectMsg<SubmitWork>().Orders.Single().Task.Avoid.Count);
        }
        Assert.Equal("failure 3", _run.ExpectMsg<EvaluationDone>().Problem);
    }

    [Fact]
    public async Task Permanent_failure_of_a_slice_ends_the_evaluation()
    {
        var evaluation = Open(Job(), testExamples: 1000);
        await Offer(evaluation, Failure(Id(), "no data", permanent: true));
        Assert.Equal("no data", _run.ExpectMsg<EvaluationDone>().Problem);
    }

    [Fact]
    public async Task Without_a_test_set_each_client_measures_and_those_that_cannot_are_left_out()
    {
        var evaluation = Open(Job(), testExamples: 0, "a", "b", "c");
        Assert.Equal(["a", "b", "c"], _registry.ExpectMsg<SubmitWork>().Orders.Select(order => order.Task.Key.Client));
        await Offer(evaluation, Measured(Id("c"), 10, 5));
        await Offer(evaluation, Failure(Id("a"), "broken", permanent: true));
        evaluation.Tell(new TaskLost(new("run", TaskPurpose.Evaluate, 2, 1, "b"), "w"));
        var done = _run.ExpectMsg<EvaluationDone>();
        Assert.Equal((10L, 5L), (done.Sums!.Value.Examples, done.Sums.Value.Correct));
    }

    [Fact]
    public async Task Clients_without_examples_to_measure_with_give_a_reason_and_no_number()
    {
        var evaluation = Open(Job(), testExamples: 0, "a");
        await Offer(evaluation, Measured(Id("a"), 0, 0));
        var done = _run.ExpectMsg<EvaluationDone>();
        Assert.Null(done.Sums);
        Assert.Contains("data.validation", done.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Local_evaluation_without_clients_ends_at_once()
    {
        Open(Job() with { Data = new() { Placement = Placement.Local } }, testExamples: 100);
        Assert.Null(_run.ExpectMsg<EvaluationDone>().Sums);
    }

    [Fact]
    public async Task Deadline_keeps_what_clients_measured_and_gives_up_a_test_set()
    {
        foreach (var (clients, testExamples, expected) in new[] { (new[] { "a", "b" }, 0, 10L), ([], 1000, -1L) })
        {
            var evaluation = Open(Job(), testExamples, clients);
            evaluation.Tell(new TaskAssigned(new("run", TaskPurpose.Evaluate, 2, 1, clients.FirstOrDefault("")), "w"));
            await Offer(evaluation, Measured(Id(clients.FirstOrDefault("")), 10, 5));
            Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(expected, _run.ExpectMsg<EvaluationDone>().Sums?.Examples ?? -1);
        }
    }

    private IActorRef Open(JobSpec job, int testExamples, params string[] clients) => _run.ChildActorOf(EvaluationActor.Props(
        new("run", 2, job, Start, testExamples, [.. clients.Select(client => new ClientShare(client, 10))]), _registry));

    private static TaskId Id(string client = "", int slice = 0, uint attempt = 1) =>
        new() { Run = "run", Round = 2, Attempt = attempt, Client = client, Slice = (uint)slice, Kind = TaskKind.Evaluate };
}
