using System.Threading.Channels;
using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

public sealed class FullRunTests : ActorTest
{
    [Fact]
    public async Task Three_rounds_give_the_hand_computed_model_and_report_every_round_with_its_evaluation()
    {
        var runs = Sys.ActorOf(RunsActor.Props(Settings), "runs");
        Worker(runs, "w1", Script);
        var run = (await Ask<JobQueued>(runs, Submission(Job()))).Run;

        var events = await ReadToEnd(await Watch(runs, run));

        // Mean update: (1 * (1, 0) + 3 * (0, 2)) / 4 = (0.25, 1.5); three times on (10, 20).
        var model = (await Find<CommittedModel>(runs, new GetModel(run)))!;
        Assert.Equal(3, model.Round);
        Assert.Equal<float>([10.75f, 24.5f], model.Parameters.Values.ToArray());
        var details = (await Find<RunDetails>(runs, new GetRun(run)))!;
        Assert.Equal(RunStatus.Completed, details.Summary.Status);
        Assert.Equal([1u, 2u, 3u], details.Rounds.Select(report => report.Round));
        Assert.All(details.Rounds, report =>
        {
            Assert.Equal((2u, 2u, 4ul, 1u), (report.Cohort, report.Updates, report.Examples, report.Attempts));
            Assert.Equal((4ul, 2.0), (report.Training.Examples, report.Training.LossSum));
            Assert.Equal((600ul, 300ul), (report.Evaluation.Examples, report.Evaluation.Correct));
            Assert.Equal(1.0, report.TrainSeconds);
            Assert.Empty(report.Problems);
        });
        Assert.Equal(0.5, details.Summary.Accuracy);
        Assert.Equal(RunStatus.Completed, events[^1].Summary.Status);
        Assert.Equal([1u, 2u, 3u], events.Where(e => e.EventCase == RunEvent.EventOneofCase.Round).Select(e => e.Round.Round).Distinct());
        Assert.Null(Store.TryGet(run, model.Parameters.Hash));
    }

    // a hits 8 of 10 with its own model and 1 of 2 with the received one, b 3 of 30 and 1 of 4. Own: accuracies 0.8 and 0.1, mean 0.45, mean difference (0.7 + 0.7) / 4.
    [Fact]
    public async Task Reports_have_the_own_models_of_clients_and_how_differently_single_clients_fare()
    {
        var runs = Sys.ActorOf(RunsActor.Props(Settings), "runs");
        Worker(runs, "w1", task => Script(task) switch
        {
            OfferUpdate offer => Personal(offer),
            var answer => answer,
        });
        var run = (await Ask<JobQueued>(runs, Submission(Job()))).Run;

        await ReadToEnd(await Watch(runs, run));

        var report = (await Find<RunDetails>(runs, new GetRun(run)))!.Rounds[^1];
        Assert.Equal((40ul, 11ul, 12.0), (report.Personal.Examples, report.Personal.Correct, report.Personal.LossSum));
        Assert.Equal((2u, false, 0.1), (report.PersonalSpread.Clients, report.PersonalSpread.OfLoss, report.PersonalSpread.WorstTenth));
        Assert.Equal(0.45, report.PersonalSpread.Mean, 1e-12);
        Assert.Equal(0.35 * 0.35, report.PersonalSpread.Variance, 1e-12);
        Assert.Equal(0.35 / 0.9, report.PersonalSpread.Gini, 1e-12);
        Assert.Equal((2u, 0.25, 0.375), (report.ValidationSpread.Clients, report.ValidationSpread.WorstTenth, report.ValidationSpread.Mean));
        Assert.Null(report.ClientSpread);
    }

    [Fact]
    public async Task A_rule_of_the_job_makes_the_model_and_says_what_it_keeps()
    {
        var runs = Sys.ActorOf(RunsActor.Props(Settings), "runs");
        var job = With(Job(), cohort => cohort with { Minimum = 3 });
        var run = (await Ask<JobQueued>(runs, Submission(job with { Federation = job.Federation with { Aggregation = new() { Rule = AggregationRule.Median } } }))).Run;
        // Before there is a worker: what is told is not told again.
        var watch = await Watch(runs, run);
        Worker(runs, "w1", task => task.Id.Kind switch
        {
            TaskKind.Initialise => Initialised(task.Id, 600, ("a", 1), ("b", 3), ("c", 1)),
            TaskKind.Train => Update(task.Id, task.Id.Client switch { "a" => [1f, 0f], "b" => [2f, 1f], _ => [-1000f, 500f] }, 1),
            _ => Measured(task.Id, 600, 300),
        });

        var events = await ReadToEnd(watch);

        // The medians (1, 1), three times on (10, 20).
        var model = (await Find<CommittedModel>(runs, new GetModel(run)))!;
        Assert.Equal([13f, 23f], model.Parameters.Values.ToArray());
        Assert.Contains("median keeps all updates of a round: 3 updates of 2 values of 4 bytes are 24 bytes of the coordinator's memory.", events.Select(e => e.Notice));
    }

    [Fact]
    public async Task A_trusted_client_that_the_data_does_not_have_fails_the_run_with_the_key()
    {
        var runs = Sys.ActorOf(RunsActor.Props(Settings), "runs");
        Worker(runs, "w1", Script);
        var job = Job();
        var run = (await Ask<JobQueued>(runs, Submission(job with { Federation = job.Federation with { Aggregation = new() { Rule = AggregationRule.FlTrust, Root = "client-0" }, Cohort = job.Federation.Cohort with { Minimum = 3 } } }))).Run;

        await ReadToEnd(await Watch(runs, run));

        Assert.Equal("federation.aggregation.root: the data has no client 'client-0' with training examples; name one of a, b.", (await Find<RunDetails>(runs, new GetRun(run)))!.Summary.Reason);
    }

    [Fact]
    public async Task Two_runs_go_one_after_the_other_in_the_order_of_submission()
    {
        var runs = Sys.ActorOf(RunsActor.Props(Settings), "runs");
        var first = (await Ask<JobQueued>(runs, Submission(Job(1)))).Run;
        var second = (await Ask<JobQueued>(runs, Submission(Job(1)))).Run;
        var waiting = (await Ask<ListReply>(runs, GetRuns.Instance)).Runs;
        Assert.Equal([(second, RunStatus.Queued), (first, RunStatus.Running)], waiting.Select(run => (run.Run, run.Status)));

        var log = Worker(runs, "w1", Script);
        await ReadToEnd(await Watch(runs, second));

        var opened = new List<string>();
        while (opened.Count < 2)
            if (log.ExpectMsg<object>() is OpenRun open)
                opened.Add(open.Run);
        Assert.Equal([first, second], opened);
        var over = (await Ask<ListReply>(runs, GetRuns.Instance)).Runs;
        Assert.All(over, run => Assert.Equal(RunStatus.Completed, run.Status));
    }

    [Fact]
    public async Task Model_does_not_depend_on_the_number_of_workers()
    {
        async Task<string> HashWith(int workers)
        {
            var runs = Sys.ActorOf(RunsActor.Props(Settings), $"runs-{workers}");
            for (var i = 0; i < workers; i++) Worker(runs, $"w{i}", task => task.Id.Kind == TaskKind.Initialise
                ? Initialised(task.Id, 600, [.. Enumerable.Range(0, 20).Select(client => ($"c{client}", (ulong)client + 100))])
                : task.Id.Kind == TaskKind.Train
                    ? Update(task.Id, [0.1f * task.Id.Client[^1], MathF.Sqrt(task.Id.Client.Length + task.Id.Round)], (ulong)task.Id.Client[^1])
                    : Measured(task.Id, 600, 300));
            var run = (await Ask<JobQueued>(runs, Submission(With(Job(), cohort => cohort with { Fraction = 0.5 })))).Run;
            await ReadToEnd(await Watch(runs, run));
            return (await Find<CommittedModel>(runs, new GetModel(run)))!.Parameters.Hash;
        }

        Assert.Equal(await HashWith(1), await HashWith(4));
    }

    private static object? Script(AssignTask task) => task.Id.Kind switch
    {
        TaskKind.Initialise => Initialised(task.Id, 600, ("a", 1), ("b", 3)),
        TaskKind.Train => task.Id.Client == "a" ? Update(task.Id, [1f, 0f], 1) : Update(task.Id, [0f, 2f], 3),
        _ => Measured(task.Id, 600, 300),
    };

    private static OfferUpdate Personal(OfferUpdate offer)
    {
        var isA = offer.Header.Id.Client == "a";
        offer.Header.Validation = isA ? new() { Examples = 2, LossSum = 1, Correct = 1 } : new() { Examples = 4, LossSum = 1, Correct = 1 };
        offer.Header.Personal = isA ? new() { Examples = 10, LossSum = 3, Correct = 8 } : new() { Examples = 30, LossSum = 9, Correct = 3 };
        return offer;
    }

    private Akka.TestKit.TestProbe Worker(IActorRef runs, string name, Func<AssignTask, object?> script)
    {
        var log = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new FakeWorker(HelloOf(name, 2, "s1"), runs, script, log)));
        return log;
    }

    private static async Task<Channel<RunEvent>> Watch(IActorRef runs, string run)
    {
        var channel = Channel.CreateUnbounded<RunEvent>();
        Assert.NotNull((await Find<RunSummary>(runs, new WatchRun(run, 0, channel.Writer))));
        return channel;
    }
}
