using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Privacy.Differential;
using Federated.Core.Privacy.Governance;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;

namespace Federated.Core.Tests.Privacy.Differential;

/// <summary>Runs with mechanism tree: nobody has two turns in one tree, and what the trees cost.</summary>
public sealed class TreeRunTests
{
    private const double Delta = 1e-3;
    private static readonly string[] Twenty = [.. Enumerable.Range(0, 20).Select(client => $"client-{client:00}")];

    // Six of twenty a round: three rounds a tree, and two clients left over, whose turn comes first in the next one.
    [Fact]
    public void Nobody_is_asked_twice_in_a_tree_and_nobody_is_forgotten()
    {
        var (job, run, trees) = (Job("noise_multiplier: 1", "federation.rounds=30"), Started(), new List<string[]>());
        for (var round = 1; round <= 30; round++)
        {
            var cohort = Draw(job, run, Twenty, round);
            Assert.Equal((6, 6, 20), (cohort.Clients.Length, cohort.Wanted, cohort.Of));
            if (run.Privacy.NextLeaf == 1) trees.Add([]);
            trees[^1] = [.. trees[^1], .. cohort.Clients];
            run = Committed(job, run, cohort);
        }
        Assert.Equal(10, trees.Count);
        Assert.All(trees, tree => Assert.Equal(18, tree.Distinct().Count()));
        Assert.Equal(9, trees.SelectMany(tree => tree).GroupBy(client => client).Min(turns => turns.Count()));
    }

    // Whoever comes and goes, under whatever order of turns.
    [Fact]
    public void Nobody_is_asked_twice_in_a_tree_where_clients_come_and_go()
    {
        var (random, fewer) = (new Random(3), 0);
        for (var seed = 1; seed <= 30; seed++)
        {
            var job = Job("noise_multiplier: 1", $"seed={seed}", "federation.rounds=60");
            // Six rounds of a third: more than there are clients for.
            job = job with { Data = job.Data with { Placement = Placement.Local }, Privacy = new() { Differential = job.Privacy.Differential with { Tree = new() { RestartEvery = 6 } } } };
            var (run, asked) = (Started(), new HashSet<string>(StringComparer.Ordinal));
            for (var round = 1; round <= 60; round++)
            {
                string[] present = [.. Twenty.Where(_ => random.Next(3) > 0).Append("always")];
                if (run.Privacy.NextLeaf == 1) asked.Clear();
                var cohort = Draw(job, run, present, round);
                if (cohort.Clients.Length < CohortSelection.Wanted(job.Federation.Cohort, present.Length)) fewer++;
                Assert.Equal(present.Length, cohort.Of);
                Assert.All(cohort.Clients, client => Assert.True(asked.Add(client) && present.Contains(client)));
                run = Committed(job, run, cohort);
            }
        }
        Assert.True(fewer > 0, "Else the test would show little.");
    }

    [Fact]
    public void Turns_follow_from_no_failures()
    {
        var (job, run) = (Job("noise_multiplier: 1"), Started());
        var first = Draw(job, run, Twenty, 1);
        var failing = ClientHealth.Fine.After(1, [], first.Clients).After(2, [], first.Clients).After(3, [], first.Clients);
        Assert.Equal<string>(first.Clients, CohortSelection.Draw(job, 1, attempt: 2, Candidates(Twenty), failing, always: null, new SeededSecureRandom(1)).Clients);
    }

    [Fact]
    public void A_second_turn_cannot_be_committed()
    {
        var (job, run) = (Job("noise_multiplier: 1"), Started());
        var cohort = Draw(job, run, Twenty, 1);
        run = Committed(job, run, cohort);
        Assert.Contains("has had its turn", Assert.Throws<InvalidOperationException>(() => Committed(job, run, cohort)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tree_counts_as_a_whole_with_its_first_round()
    {
        var (job, run) = (Job("noise_multiplier: 1"), Started());
        long[] counted = [.. Enumerable.Range(1, 7).Select(round =>
        {
            run = Committed(job, run, Draw(job, run, Twenty, round));
            return Assert.Single(run.Privacy.Released.Entries).Count;
        })];
        Assert.Equal([1, 1, 1, 2, 2, 2, 3], counted);
        Assert.Equal(new TreeEvent(1, 3), run.Privacy.Released.Entries[0].Event);
    }

    // Whoever had a turn after the round that the run goes back to gets another one: that must be in another tree.
    [Fact]
    public void A_run_that_goes_back_begins_another_tree()
    {
        var (job, run) = (Job("noise_multiplier: 1"), Started());
        for (var round = 1; round <= 2; round++) run = Committed(job, run, Draw(job, run, Twenty, round));
        run = run.Apply(new RunChange.RolledBack(1, "hash"));
        Assert.Equal((1, 0), (run.Privacy.NextLeaf, run.Privacy.HadTurn.Count));
        run = Committed(job, run, Draw(job, run, Twenty, 2));
        Assert.Equal(2, Assert.Single(run.Privacy.Released.Entries).Count);
        Assert.Equal(2, run.Privacy.NextLeaf);
    }

    [Fact]
    public void An_attempt_that_failed_costs_no_turn()
    {
        var (job, run) = (Job("noise_multiplier: 1"), Started());
        var cohort = Draw(job, run, Twenty, 1);
        run = run.Apply(new RunChange.RoundOpened(1, 1, cohort)).Apply(new RunChange.RoundFailed(1, 1, "too few", cohort.Clients));
        Assert.Equal((1, 0), (run.Privacy.NextLeaf, run.Privacy.HadTurn.Count));
        Assert.Empty(run.Privacy.Released.Entries);
    }

    // A client is in one leaf of each tree of eight leaves, and in the four nodes above it: one Gaussian of sensitivity √4 C. The Renyi bound of two such, minimised on a fine grid of real orders: Canonne, Kamath, Steinke 2020,
    // proposition 12.
    [Fact]
    public void Epsilon_of_trees_is_that_of_the_nodes_above_one_round()
    {
        const double Noise = 6;
        var job = Job($"noise_multiplier: {Noise}", "federation.cohort.fraction=0.12", "federation.rounds=16");   // two of twenty
        Assert.Equal(10, PrivacyPlan.Of(job)!.Leaves);
        job = job with { Privacy = new() { Differential = job.Privacy.Differential with { Tree = new() { RestartEvery = 8 } } } };
        var (plan, run) = (PrivacyPlan.Of(job)!, Started());
        for (var round = 1; round <= 16; round++) run = Committed(job, run, Draw(job, run, Twenty, round));
        var expected = Enumerable.Range(1, 100_000).Select(step => 1 + step / 1000.0)
            .Min(order => 2 * 4 * order / (2 * Noise * Noise) + Math.Log((order - 1) / order) - (Math.Log(Delta) + Math.Log(order)) / (order - 1));
        Assert.Equal(expected, run.Privacy.Epsilon(plan).Guarantee!.Epsilon, expected * 0.01);
        Assert.Equal(expected, PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(JobPrivacy.Of(job).Release!, JobPrivacy.Of(job).Rounds), Delta, AccountantKind.Renyi).Guarantee!.Epsilon, expected * 0.01);
        Assert.Equal(2, JobPrivacy.Of(job).Rounds);
    }

    // Seven rounds in trees of three: three trees, the last of one round.
    [Fact]
    public void Noise_that_follows_from_epsilon_keeps_it_in_the_last_tree()
    {
        var (job, run) = (Job("epsilon: 6", "federation.rounds=7"), Started());
        var plan = PrivacyPlan.Of(job)!;
        Assert.Contains("all 7 rounds come to ε = ", PrivacyStatement.Forecast(job), StringComparison.Ordinal);
        for (var round = 1; round <= 7; round++)
        {
            Assert.Equal(RunStep.OpenRound, run.Next(job).Step);
            run = Committed(job, run, Draw(job, run, Twenty, round));
        }
        Assert.InRange(run.Privacy.Epsilon(plan).Guarantee!.Epsilon, 6 * 0.99, 6);
    }

    // With z = 2 a tree of three rounds costs as a Gaussian of √2, 2.4 or so, and two cost 3.6: a limit between ends the run when the first is whole.
    [Fact]
    public void No_tree_begins_that_would_pass_the_limit()
    {
        var (job, run) = (Job("noise_multiplier: 2, limit: 3"), Started());
        for (var round = 1; round <= 3; round++)
        {
            Assert.Equal(RunStep.OpenRound, run.Next(job).Step);
            run = Committed(job, run, Draw(job, run, Twenty, round));
        }
        var next = run.Next(job);
        Assert.Equal(RunStep.Complete, next.Step);
        Assert.Matches(@"^Another round would bring ε to 3\.\d+, above the 3 that privacy\.differential allows\.$", next.Reason);
    }

    [Fact]
    public void A_claim_says_what_a_turn_is_and_whom_to_trust()
    {
        var (job, run) = (Job("noise_multiplier: 2"), Started());
        run = Committed(job, run, Draw(job, run, Twenty, 1));
        var statement = PrivacyStatement.Of(PrivacyPlan.Of(job)!, run.Privacy, clients: 20);
        Assert.NotNull(statement.Epsilon);
        foreach (var part in new[] { "any one client takes part with all its data", "multiplier 2 on each node of trees of 3 rounds", "once at most", "ask nobody twice in one tree", "not covered are" })
            Assert.Contains(part, statement.Sentence, StringComparison.Ordinal);
    }

    private static JobSpec Job(string differential, params string[] keys) =>
        PrivateJobs.Of($"{{mechanism: tree, {differential}, delta: {Delta}}}", ["federation.cohort={fraction: 0.3, selection: {kind: round_robin}}", .. keys]);

    private static Candidate[] Candidates(string[] clients) => [.. clients.Select(client => new Candidate(client))];

    private static Cohort Draw(JobSpec job, RunState run, string[] present, int round) =>
        CohortSelection.Draw(job, round, attempt: 1, Candidates(present), run.Health, always: null, new SeededSecureRandom(1), run.Privacy.HadTurn);

    private static RunState Started() => RunState.Initial.Apply(new RunChange.Started()).Apply(new RunChange.Initialised("hash", [.. Twenty.Select(client => new ClientShare(client, 10))], 0));

    private static RunState Committed(JobSpec job, RunState run, Cohort cohort) => run.Apply(new RunChange.RoundOpened(run.Round + 1, 1, cohort))
        .Apply(new RunChange.RoundCommitted(run.Round + 1, "hash", Measured: false, []) { Released = run.Privacy.CostOf(PrivacyPlan.Of(job)!, cohort.Clients.Length, cohort.Of) });
}
