using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Whole runs whose versions overlap, on a journal that outlives their coordinator. The worker is a probe.</summary>
public sealed class OverlappingRunTests : RecoveryTest
{
    [Fact]
    public async Task Killed_coordinator_asks_for_what_it_had_counted_and_counts_it_once()
    {
        await Begin(FedBuff(concurrency: 3, buffer: 3), ("a", 1), ("b", 1), ("c", 1));
        var before = Train(3);
        await Train(before[0], before[1]);

        await RestartAsync();
        Attach();
        var after = Train(3);
        Assert.Equal(before.Select(task => task.Id).OrderBy(id => id.Client), after.Select(task => task.Id).OrderBy(id => id.Client));
        Assert.All(after, task => Assert.Equal(Start.Hash, task.Parameters.Sha256));
        await Train(after);
        Assert.Equal(Refusal.RoundClosed, (await Eventually(async () => (await Offer(Runs, Update(after[0].Id, [1f, 1f]))).Refused, refused => refused == Refusal.RoundClosed)));
        // a gives [1, 0], the others [0, 2].
        Assert.Equal((1, 10f + (1 / 3f), 20f + (4 / 3f)), await Model());
    }

    [Fact]
    public async Task Killed_coordinator_hands_out_the_version_that_a_slow_client_started_from()
    {
        await Begin(FedBuff(concurrency: 3, buffer: 2), ("a", 1), ("b", 1), ("c", 1));
        var first = Train(3).ToDictionary(task => task.Id.Client);
        await Train(first["a"], first["b"]);
        await Committed(1);
        // c goes on from the initial model.
        Assert.NotNull(Store.TryGet(Run, Start.Hash));
        Assert.Equal(["a", "b"], Train(2).Select(task => task.Id.Client).Order());

        await RestartAsync();
        Attach();
        var again = Train(3).ToDictionary(task => task.Id.Client);
        Assert.Equal(first["c"].Id, again["c"].Id);
        Assert.Equal(Start.Hash, again["c"].Parameters.Sha256);
        Assert.NotNull(Store.TryGet(Run, Start.Hash));
        Assert.All(new[] { "a", "b" }, client => Assert.Equal(2u, again[client].Id.Round));
        await Train(again["c"], again["a"]);
        await Committed(2);
        var report = (await Details()).Rounds[1];
        Assert.Equal((0.5, 1u), (report.Staleness.Mean, report.Staleness.Largest));
        // [10.5, 21] + ([0, 2] / sqrt(2) + [1, 0]) / 2
        var (round, x, y) = await Model();
        Assert.Equal((2, 11f), (round, x));
        Assert.Equal(21 + Math.Sqrt(0.5), y, 1e-5);
        await AwaitConditionAsync(() => Task.FromResult(Store.TryGet(Run, Start.Hash) is null), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Client_that_was_asked_in_the_middle_of_a_version_is_asked_again()
    {
        await Begin(FedBuff(concurrency: 1, buffer: 3), ("a", 1), ("b", 1), ("c", 1));
        var first = Train(1).Single();
        await Train(first);
        var second = Train(1).Single();

        await RestartAsync();
        Attach();
        Assert.Equal(new[] { first.Id, second.Id }.OrderBy(id => id.Client), Train(2).Select(task => task.Id).OrderBy(id => id.Client));
    }

    [Fact]
    public async Task Buffer_of_all_clients_gives_the_synchronous_model()
    {
        await Begin(FedBuff(concurrency: 2, buffer: 2, rounds: 2), ("a", 1), ("b", 3));
        await Train(Train(2));
        await Train(Train(2));
        await Committed(2);
        Assert.Equal((2, 11f, 22f), await Model());
        Assert.Equal((0.0, 0u), ((await Details()).Rounds[1].Staleness.Mean, (await Details()).Rounds[1].Staleness.Largest));
    }

    [Fact]
    public async Task Last_version_ends_the_run_and_withdraws_whoever_still_trains()
    {
        Worker.IgnoreMessages(message => message is OpenRun or RoundCommitted or CloseRun);
        await Begin(FedBuff(concurrency: 3, buffer: 2, rounds: 1), ("a", 1), ("b", 1), ("c", 1));
        var tasks = Train(3);
        await Train(tasks[0], tasks[1]);
        Assert.Contains(tasks[2].Id, Worker.FishForMessage<CancelTasks>(cancel => cancel.Ids.Contains(tasks[2].Id)).Ids);
    }

    [Fact]
    public async Task Committed_version_tells_workers_to_forget_what_is_settled_and_to_keep_what_is_not()
    {
        Worker.IgnoreMessages(message => message is OpenRun);
        await Begin(FedBuff(concurrency: 3, buffer: 2), ("a", 1), ("b", 1), ("c", 1));
        var first = Train(3).ToDictionary(task => task.Id.Client);
        await Train(first["a"], first["b"]);
        Assert.Equal([first["a"].Id, first["b"].Id], Worker.FishForMessage<CancelTasks>(_ => true).Ids.OrderBy(id => id.Client));
        var committed = Worker.FishForMessage<RoundCommitted>(committed => committed.Round == 1);
        Assert.Equal(1u, committed.WantedFrom);
    }

    [Fact]
    public async Task Failed_attempt_drops_its_tasks_and_begins_again()
    {
        await Begin(FedBuff(concurrency: 2, buffer: 2), ("a", 1), ("b", 1));
        foreach (var task in Train(2)) await Offer(Runs, Failure(task.Id, "Out of memory."));
        Assert.All(Train(2), task => Assert.Equal((1u, 2u), (task.Id.Round, task.Id.Attempt)));
    }

    [Fact]
    public async Task Paused_run_goes_on_with_the_tasks_that_it_had()
    {
        await Begin(FedBuff(concurrency: 2, buffer: 2), ("a", 1), ("b", 1));
        var before = Train(2).Select(task => task.Id).ToHashSet();
        await Find<RunSummary>(Runs, new PauseRun(Run));
        await Find<RunSummary>(Runs, new ResumeRun(Run));
        var after = Train(2);
        Assert.Equal(before, after.Select(task => task.Id).ToHashSet());
        await Train(after);
        await Committed(1);
        Assert.Equal((1, 10.5f, 21f), await Model());
    }

    // a is asked for every version. It fails on the way to the first, trains while the second is committed, and fails on the way to the third: that is twice on end.
    [Fact]
    public async Task Client_that_fails_twice_on_end_is_set_aside_although_a_version_was_committed_while_it_trained()
    {
        await Begin(FedBuff(concurrency: 3, buffer: 2), ("a", 1), ("b", 1), ("c", 1));
        var first = Train(3).ToDictionary(task => task.Id.Client);
        await Offer(Runs, Failure(first["a"].Id, "Out of memory."));
        await Train(first["b"], first["c"]);
        await Committed(1);
        var second = Train(3).ToDictionary(task => task.Id.Client);
        await Train(second["b"], second["c"]);
        await Committed(2);
        Assert.Empty((await Details()).SetAside);
        var third = Train(2).ToDictionary(task => task.Id.Client);
        await Offer(Runs, Failure(second["a"].Id, "Out of memory."));
        await Train(third["b"], third["c"]);
        await Committed(3);
        Assert.Equal(("a", 2u), Assert.Single((await Details()).SetAside) is var aside ? (aside.Client, aside.Failures) : default);
    }

    [Fact]
    public async Task Stop_rule_ends_the_run_with_the_version_that_reached_it()
    {
        await Begin(FedBuff(concurrency: 2, buffer: 2) with { Stop = new() { Accuracy = 0.9 } }, ("a", 1), ("b", 1));
        await Train(Train(2));
        AssignTask evaluation;
        do evaluation = Tasks(1).Single(); while (evaluation.Id.Kind != TaskKind.Evaluate);
        await Offer(Runs, Measured(evaluation.Id, 600, 570));
        await AwaitConditionAsync(async () => (await Details()).Summary.Status == RunStatus.Completed, TimeSpan.FromSeconds(10));
        Assert.Equal(1, (await Model()).Round);
    }

    // Tasks to train; evaluations between them are left unanswered.
    private AssignTask[] Train(int count)
    {
        var tasks = new List<AssignTask>();
        while (tasks.Count < count) tasks.AddRange(Tasks(1).Where(task => task.Id.Kind == TaskKind.Train));
        return [.. tasks];
    }

    private static JobSpec FedBuff(int concurrency, int buffer, int rounds = 5) => Job(rounds) is var job ? job with
    {
        Federation = job.Federation with { Mode = FederationMode.FedBuff, Asynchronous = new() { Concurrency = concurrency, Buffer = buffer } },
    } : job;

    private Task Committed(int rounds) => AwaitConditionAsync(async () => (await Details()).Rounds.Count == rounds, TimeSpan.FromSeconds(10));

    private async Task<T> Eventually<T>(Func<Task<T>> ask, Func<T, bool> holds)
    {
        var answer = await ask();
        await AwaitConditionAsync(async () => holds(answer = await ask()), TimeSpan.FromSeconds(10));
        return answer;
    }
}
