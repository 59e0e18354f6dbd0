using Akka.Actor;
using Federated.Coordinator.Actors;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

public sealed class RecoveryTests : RecoveryTest
{
    [Fact]
    public async Task Run_that_had_begun_nothing_yet_begins_after_a_restart()
    {
        await Submit(Job());
        await RestartAsync();
        Attach();
        Assert.Equal(TaskKind.Initialise, Tasks(1).Single().Id.Kind);
    }

    [Fact]
    public async Task Open_round_asks_the_same_clients_under_the_same_attempt_and_gives_the_same_model()
    {
        await Begin(Job(2));
        await Round(1);
        var before = Tasks(3).Where(task => task.Id.Kind == TaskKind.Train).ToArray();
        await Train(before[0]);

        await RestartAsync();
        Attach();
        var after = Tasks(3).Where(task => task.Id.Kind == TaskKind.Train).ToArray();

        Assert.Equal(before.Select(task => task.Id).OrderBy(id => id.Client), after.Select(task => task.Id).OrderBy(id => id.Client));
        Assert.Equal(before[0].Parameters, after[0].Parameters);
        // What was counted and not committed is sent again; it counts once.
        await Train(after);
        await Eventually(details => details.Rounds.Count == 2);
        Assert.Equal((2, 11f, 22f), await Model());
    }

    [Fact]
    public async Task Clients_that_keep_a_state_go_to_the_worker_that_has_it_with_its_round_also_after_a_restart()
    {
        var job = Job(3);
        await Begin(job with { Federation = job.Federation with { Algorithm = new() { Name = "feddyn" } } });
        var first = await TrainTasks();
        Assert.All(first, task => Assert.Equal(0u, task.StateRound));
        await TrainHere(first);
        Assert.All(await TrainTasks(), task => Assert.Equal((2u, 1u), (task.Id.Round, task.StateRound)));

        await RestartAsync();
        var other = CreateTestProbe();
        other.IgnoreMessages(message => message is OpenRun or CancelTasks or RoundCommitted || message is AssignTask { Id.Kind: TaskKind.Evaluate });
        Runs.Tell(HelloOf("w2", 8, "s2"), other);
        other.ExpectMsg<Welcome>();
        await Eventually(details => details.Summary.Workers == 1);
        Attach();
        var second = await TrainTasks();
        Assert.All(second, task => Assert.Equal((2u, 1u), (task.Id.Round, task.StateRound)));
        await TrainHere(second);

        Assert.All(await TrainTasks(), task => Assert.Equal((3u, 2u), (task.Id.Round, task.StateRound)));
        Assert.False(other.HasMessages);

        async Task<AssignTask[]> TrainTasks()
        {
            var tasks = new List<AssignTask>();
            while (tasks.Count < 2)
            {
                var task = Tasks(1).Single();
                if (task.Id.Kind == TaskKind.Train) tasks.Add(task);
                else await Measure(task);
            }
            return [.. tasks];
        }

        async Task TrainHere(AssignTask[] tasks)
        {
            foreach (var task in tasks)
            {
                var update = Update(task.Id, [1f, 2f]);
                Assert.Equal(Refusal.Unspecified, (await Offer(Runs, update)).Refused);
            }
        }
    }

    [Fact]
    public async Task Centre_of_the_last_round_is_there_after_a_restart()
    {
        var job = With(Job(2), cohort => cohort with { Minimum = 3 });
        await Begin(job with { Federation = job.Federation with { Aggregation = new() { Rule = AggregationRule.CenteredClipping, Radius = 4 } } }, ("a", 1), ("b", 1), ("c", 1));
        await Clipped(1);
        await Eventually(details => details.Rounds.Count == 1);

        await RestartAsync();
        Attach();
        await Clipped(2);
        await Eventually(details => details.Rounds.Count == 2);

        // 3, -2 and 10 within 4 of the centre: from 0 to (3 - 2 + 4) / 3 = 5/3, from there to (3 - 2 + 17/3) / 3 = 20/9; both on 10.
        var (round, first, _) = await Model();
        Assert.Equal(2, round);
        Assert.Equal(10 + 5 / 3f + 20 / 9f, first, 1e-5f);

        async Task Clipped(uint round)
        {
            for (var trained = 0; trained < 3;)
            {
                if (Tasks(1).Single() is not { Id.Kind: TaskKind.Train } task || task.Id.Round != round) continue;
                await Offer(Runs, Update(task.Id, [task.Id.Client switch { "a" => 3f, "b" => -2f, _ => 10f }, 0f]));
                trained++;
            }
        }
    }

    [Fact]
    public async Task Open_attempt_after_a_failed_one_keeps_its_number_and_its_cohort()
    {
        await Begin(With(Job(), cohort => cohort with { Minimum = 2, Fraction = 0.5 }), clients: [.. Enumerable.Range(0, 8).Select(i => ($"c{i}", 1ul))]);
        foreach (var task in Tasks(3)) await Offer(Runs, Failure(task.Id, "Out of memory."));
        var before = Tasks(4).Where(task => task.Id.Attempt == 2).Select(task => task.Id).ToHashSet();

        await RestartAsync();
        Attach();

        Assert.All(Tasks(4), task => Assert.Equal(2u, task.Id.Attempt));
        Assert.NotEmpty(before);
    }

    [Fact]
    public async Task Evaluation_that_was_not_in_is_asked_for_again()
    {
        await Begin(Job(1));
        await Train(Tasks(2));
        var evaluation = Tasks(1).Single();
        Assert.Equal(TaskKind.Evaluate, evaluation.Id.Kind);

        await RestartAsync();
        Attach();
        var again = Tasks(1).Single();

        Assert.Equal(evaluation, again);
        await Offer(Runs, Measured(again.Id, 600, 540));
        await Eventually(details => details.Summary.Status == RunStatus.Completed);
        Assert.Equal(540ul, (await Details()).Rounds.Single().Evaluation.Correct);
    }

    [Fact]
    public async Task Everything_that_was_told_of_a_run_is_told_after_a_restart()
    {
        await Submit(Job(2));
        await Eventually(details => details.Summary.Status == RunStatus.Running);
        Advance(TimeSpan.FromSeconds(5));
        Attach();
        await Offer(Runs, Initialised(Tasks(1).Single().Id, 400, ("a", 1), ("b", 1)));
        Runs.Tell(new BytesMoved(Run, Down: 100, Up: 30));
        await Round(1);
        var evaluation = Tasks(3).Single(task => task.Id.Kind == TaskKind.Evaluate);
        await Offer(Runs, Measured(evaluation.Id, 600, 540));
        await Eventually(details => details.Summary.HasAccuracy);
        var before = await Details();

        await RestartAsync();
        var after = await Details();

        Assert.Equal(before.Rounds, after.Rounds);
        Assert.Equal(before.JobYaml, after.JobYaml);
        Assert.Equal(before.KeptRounds, after.KeptRounds);
        Assert.True(after.Summary.WallSeconds >= 5);
        var (one, other) = (before.Summary.Clone(), after.Summary.Clone());
        (one.WallSeconds, other.WallSeconds, one.Workers) = (0, 0, other.Workers);
        Assert.Equal(one, other);
    }

    [Fact]
    public async Task Ended_run_is_listed_and_shown_and_its_model_is_read_from_its_checkpoint()
    {
        await Begin(Job(1));
        await Train(Tasks(2));
        await Offer(Runs, Measured(Tasks(1).Single().Id, 600, 300));
        await Eventually(details => details.Summary.Status == RunStatus.Completed);
        var before = await Details();
        var model = await Model();

        await RestartAsync();

        Assert.Equal(RunStatus.Completed, (await Ask<ListReply>(Runs, GetRuns.Instance)).Runs.Single().Status);
        Assert.Equal(before.Rounds, (await Details()).Rounds);
        Assert.Equal(model, await Model());
    }
}
