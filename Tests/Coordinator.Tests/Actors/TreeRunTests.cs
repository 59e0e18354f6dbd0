using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Runs whose noise is that of trees: coordinators that take over go on with the same tree, and nobody has a second turn in one.</summary>
public sealed class TreeRunTests : RecoveryTest
{
    private const double Delta = 1e-3;

    // z C = 2 * 5: the largest power of two that is no more than 10 is 2^3, and a grid's step 2^-30 of it.
    private const double Step = 1.0 / (1 << 27);

    // One of four clients a round: four rounds a tree.
    [Fact]
    public async Task A_coordinator_that_takes_over_in_the_middle_of_a_tree_goes_on_with_its_noise()
    {
        await Begin(Trees(rounds: 4), ("a", 1), ("b", 1), ("c", 1), ("d", 1));
        var asked = new List<string>();
        await Train(1, asked);
        var (_, first, _) = await Model();
        Assert.Equal(10 + UpdateOf(asked[0]).First + Noise(1, 0), first, 1e-3);

        // Once before the round is committed and once after: the second round's noise is drawn by another coordinator than the first one's.
        var open = await Open(2);
        await RestartAsync();
        Attach();
        Assert.Equal(open.Id.Client, (await Open(2)).Id.Client);
        await Answer(open, asked);
        await Eventually(details => details.Rounds.Count == 2);
        await RestartAsync();
        Attach();
        await Train(3, asked);

        Assert.Equal(3, asked.Distinct().Count());
        Assert.Equal(["privacy/tree/0", "privacy/tree/1"], Checkpoints.Files[Latest(3)].Slots.Keys.Order(StringComparer.Ordinal));
        var sums = asked.Select(UpdateOf).Aggregate((10.0, 20.0), (sum, update) => (sum.Item1 + update.First, sum.Item2 + update.Second));
        var (_, third, second) = await Model();
        // Rounds 1 and 2 have one node between them, and round 3 one of its own.
        Assert.Equal(sums.Item1 + Noise(3, 1) + Noise(3, 0), third, 1e-3);
        Assert.Equal(sums.Item2 + Noise(3, 1, value: 1) + Noise(3, 0, value: 1), second, 1e-3);
        Assert.All((await Details()).Rounds, round => Assert.Equal(EpsilonOf(1), round.Privacy.Epsilon));
    }

    [Fact]
    public async Task A_run_that_goes_back_begins_another_tree_which_counts()
    {
        await Begin(Trees(rounds: 4), ("a", 1), ("b", 1), ("c", 1), ("d", 1));
        var asked = new List<string>();
        await Train(1, asked);
        await Train(2, asked);
        var after = Checkpoints.Files[Latest(1)].Parameters.Values.Span[0];
        Assert.True(Checkpoints.Files.TryRemove(Latest(2), out _));

        await RestartAsync();
        Attach();
        await Train(2, asked);

        Assert.Equal(asked[1], asked[2]);
        Assert.Equal(["privacy/tree/0"], Checkpoints.Files[Latest(2)].Slots.Keys);
        Assert.Equal(after + UpdateOf(asked[2]).First + Noise(2, 0), (await Model()).First, 1e-3);
        Assert.Equal(EpsilonOf(2), (await Details()).Summary.Privacy.Epsilon);
    }

    [Fact]
    public async Task A_client_that_fails_is_asked_again_in_its_turn_and_counts_once()
    {
        await Begin(Trees(rounds: 4), ("a", 1), ("b", 1), ("c", 1), ("d", 1));
        var first = await Open(1);
        await Offer(Runs, Failure(first.Id, "out of memory"));
        var again = await Open(1);
        Assert.Equal((2u, first.Id.Client), (again.Id.Attempt, again.Id.Client));
        var asked = new List<string>();
        await Answer(again, asked);
        await Eventually(details => details.Rounds.Count == 1);
        Assert.Equal(10 + UpdateOf(asked[0]).First + Noise(1, 0), (await Model()).First, 1e-3);
        Assert.Equal(EpsilonOf(1), (await Details()).Summary.Privacy.Epsilon);
    }

    // Half of those that are there a round, and three rounds a tree: with two clients nobody is left for the third.
    [Fact]
    public async Task A_round_waits_for_clients_that_have_not_had_their_turn_also_after_a_restart()
    {
        await Submit(With(Trees(rounds: 4, restartEvery: 3), cohort => cohort with { Fraction = 0.5 }) with { Data = new() { Placement = Placement.Local }, Evaluation = new() { Every = 100 } });
        Attach("a", "b");
        await Offer(Runs, Initialised(Tasks(1).Single().Id, 400));
        var asked = new List<string>();
        await Train(1, asked);
        await Train(2, asked);
        Assert.Equal(["a", "b"], asked.Order());
        await RestartAsync();
        Events = await Watch();
        Attach("a", "b");
        Assert.Equal("Round 3 waits for clients: 0 of at least 1 that have not had their turn in this tree (privacy.differential.tree) are attached.", await Notice("Round 3 waits"));

        var other = CreateTestProbe("other");
        other.IgnoreMessages(message => message is not (Welcome or AssignTask));
        Runs.Tell(HelloOf("w2", 8, "s2", "c"), other);
        other.ExpectMsg<Welcome>();
        var task = other.ExpectMsg<AssignTask>();
        other.LastSender.Tell(new TaskAccepted { Id = task.Id }, other);
        Assert.Equal((TaskKind.Train, 3u, "c"), (task.Id.Kind, task.Id.Round, task.Id.Client));
        await Answer(task, asked);
        await Eventually(details => details.Rounds.Count == 3);
        // Two of three are wanted, and one was left.
        Assert.Equal(1u, (await Details()).Rounds[2].Cohort);
        Assert.Equal(EpsilonOf(1, leaves: 3), (await Details()).Summary.Privacy.Epsilon);
    }

    private static double EpsilonOf(int trees, int leaves = 4) => PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(new TreeEvent(2, leaves), trees), Delta, AccountantKind.Renyi).Guarantee!.Epsilon;

    private static JobSpec Trees(int rounds, int? restartEvery = null) => With(Job(rounds), cohort => cohort with { Fraction = 0.25, Selection = new() { Kind = SelectionKind.RoundRobin } }) with
    {
        Data = new() { Clients = 4 },
        Privacy = new() { Differential = new() { Mechanism = PrivacyMechanism.Tree, Clip = 5, NoiseMultiplier = 2, Delta = Delta, Tree = new() { RestartEvery = restartEvery } } },
    };

    private static (float First, float Second) UpdateOf(string client) => client == "a" ? (1, 0) : (0, 2);

    private string Latest(int round) => Checkpoints.Files.Keys.Single(name => name.StartsWith($"{Run}/round-{round}-", StringComparison.Ordinal));

    // Of a node of a tree, in the unit of the model.
    private double Noise(int round, int level, int value = 0)
    {
        var parts = Checkpoints.Files[Latest(round)].Slots[$"privacy/tree/{level}"].Span;
        return (parts[value] * (double)(1 << 24) + parts[parts.Length / 2 + value]) * Step;
    }

    private async Task Train(int round, List<string> asked)
    {
        await Answer(await Open(round), asked);
        await Eventually(details => details.Rounds.Count == round);
    }

    private async Task Answer(AssignTask task, List<string> asked)
    {
        asked.Add(task.Id.Client);
        await Train(task);
    }

    // The one task of a round; evaluations of rounds before it are answered.
    private async Task<AssignTask> Open(int round)
    {
        while (true)
        {
            var task = Tasks(1).Single();
            if (task.Id.Kind == TaskKind.Train && task.Id.Round == round) return task;
            if (task.Id.Kind == TaskKind.Evaluate) await Offer(Runs, Measured(task.Id, 400, 200));
        }
    }
}
