using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Runs with differential privacy: what counts, what is told, and that nothing of it is lost with a coordinator.</summary>
public sealed class PrivateRunTests : RecoveryTest
{
    private const double Delta = 1e-3;

    [Fact]
    public async Task Epsilon_goes_on_over_a_restart_and_a_round_that_began_again_counts_once()
    {
        await Begin(Private(new() { Mechanism = PrivacyMechanism.Central, Clip = 5, NoiseMultiplier = 2, Delta = Delta }, rounds: 2));
        await Round(1);
        await Eventually(details => details.Rounds.Count == 1);
        var open = await OpenTasks(2);
        await Train(open[0]);

        await RestartAsync();
        Attach();
        Assert.Equal(EpsilonOf(new GaussianEvent(2), 1), (await Details()).Summary.Privacy.Epsilon);
        await Train(await OpenTasks(2));
        await Eventually(details => details.Rounds.Count == 2);

        var details = await Details();
        Assert.Equal([EpsilonOf(new GaussianEvent(2), 1), EpsilonOf(new GaussianEvent(2), 2)], details.Rounds.Select(round => round.Privacy.Epsilon));
        Assert.All(details.Rounds, round => Assert.Equal((2.0, 5.0, Delta), (round.Privacy.NoiseMultiplier, round.Privacy.Clip, round.Privacy.Delta)));
        Assert.Equal(EpsilonOf(new GaussianEvent(2), 2), details.Summary.Privacy.Epsilon);
        Assert.StartsWith("The models of all rounds together are (ε = ", details.Summary.Privacy.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_clients_measured_in_training_is_not_told()
    {
        await Begin(Private(new() { Mechanism = PrivacyMechanism.Central, Clip = 5, NoiseMultiplier = 2, Delta = Delta }, rounds: 1));
        await Round(1);
        await Eventually(details => details.Rounds.Count == 1);
        var report = (await Details()).Rounds[0];
        Assert.Null(report.Training);
        Assert.Null(report.Validation);
        Assert.Equal(2u, report.Updates);
    }

    [Fact]
    public async Task An_update_that_is_longer_than_the_bound_is_refused_and_the_round_does_without()
    {
        await Begin(Private(new() { Mechanism = PrivacyMechanism.Central, Clip = 1.5, NoiseMultiplier = 1e-6, Delta = Delta }, rounds: 1));
        var tasks = await OpenTasks(1);
        foreach (var task in tasks)
            Assert.Equal(task.Id.Client == "a" ? Refusal.Unspecified : Refusal.OutOfRange, (await Offer(Runs, Update(task.Id, task.Id.Client == "a" ? [1f, 0f] : [0f, 2f]))).Refused);
        await Eventually(details => details.Rounds.Count == 1);

        // (1, 0) over the two that were expected, and noise of a millionth.
        var (_, first, second) = await Model();
        Assert.Equal(10.5, first, 1e-4);
        Assert.Equal(20, second, 1e-4);
        Assert.Equal(Refusal.OutOfRange, Assert.Single((await Details()).Rounds[0].Problems).Refused);
    }

    [Fact]
    public async Task A_run_is_complete_before_a_round_that_would_pass_its_limit()
    {
        var limit = (EpsilonOf(new GaussianEvent(2), 1) + EpsilonOf(new GaussianEvent(2), 2)) / 2;
        await Begin(Private(new() { Mechanism = PrivacyMechanism.Central, Clip = 5, NoiseMultiplier = 2, Delta = Delta, Limit = limit }, rounds: 9));
        await Round(1);
        await AwaitConditionAsync(async () =>
        {
            while (Worker.HasMessages) await Offer(Runs, Measured(Tasks(1).Single().Id, 400, 200));
            return (await Details()).Summary.Status == RunStatus.Completed;
        }, TimeSpan.FromSeconds(10));
        var summary = (await Details()).Summary;
        Assert.Equal(1u, summary.Round);
        Assert.StartsWith("Another round would bring ε to ", summary.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_reckons_by_loss_distributions_tells_what_they_say_goes_further_than_with_renyi_and_ends_at_its_limit()
    {
        var release = new FixedSizeEvent(1, 2, 2);
        var exact = Enumerable.Range(1, 3).Select(rounds => EpsilonOf(release, rounds, AccountantKind.LossDistribution)).ToArray();
        var limit = (exact[1] + exact[2]) / 2;
        Assert.True(EpsilonOf(release, 2) > limit);
        var spec = new DifferentialSpec { Mechanism = PrivacyMechanism.Central, Clip = 5, NoiseMultiplier = 2, Delta = Delta, Limit = limit, Accountant = AccountantKind.LossDistribution };
        await Begin(With(Private(spec, rounds: 9), cohort => cohort with { Fraction = 0.5 }) with { Data = new() { Clients = 2 } });

        await AwaitConditionAsync(async () =>
        {
            while (Worker.HasMessages)
            {
                var task = Tasks(1).Single();
                if (task.Id.Kind == TaskKind.Train) await Train(task);
                else await Measure(task);
            }
            return (await Details()).Summary.Status == RunStatus.Completed;
        }, TimeSpan.FromSeconds(20));

        var details = await Details();
        Assert.Equal(exact[..2], details.Rounds.Select(round => round.Privacy.Epsilon));
        Assert.Equal(exact[1], details.Summary.Privacy.Epsilon);
        Assert.All(details.Rounds, round => Assert.True(round.Privacy.Epsilon < EpsilonOf(release, (int)round.Round)));
        Assert.Contains("by privacy loss distributions with noise multiplier 2", details.Summary.Privacy.Sentence, StringComparison.Ordinal);
        Assert.StartsWith("Another round would bring ε to ", details.Summary.Reason, StringComparison.Ordinal);
    }

    // Clients may have sent what they were asked for: asking again is another release.
    [Fact]
    public async Task Where_clients_add_the_noise_an_interrupted_attempt_counts_and_another_one_begins()
    {
        await Begin(Private(new() { Mechanism = PrivacyMechanism.Local, Clip = 5, NoiseMultiplier = 4, Delta = Delta }, rounds: 1));
        var before = await OpenTasks(1);
        Assert.All(before, task => Assert.Equal(1u, task.Id.Attempt));

        await RestartAsync();
        Attach();
        var after = await OpenTasks(1);
        Assert.All(after, task => Assert.Equal(2u, task.Id.Attempt));
        foreach (var task in after)
        {
            var update = Update(task.Id, [1f, 1f]);
            update.Header.Training = null;
            Assert.Equal(Refusal.Unspecified, (await Offer(Runs, update)).Refused);
        }
        await Eventually(details => details.Rounds.Count == 1);
        Assert.Equal(EpsilonOf(new GaussianEvent(4, Adjacency.ReplaceOne), 2), (await Details()).Summary.Privacy.Epsilon);
        Assert.Equal("it was interrupted, and clients add fresh noise each time they are asked.", Assert.Single((await Details()).Rounds[0].FailedAttempts));
    }

    [Fact]
    public async Task Sums_over_the_training_may_be_missing_only_where_the_job_keeps_them_with_the_client()
    {
        await Begin(Job(1));
        var task = (await OpenTasks(1))[0];
        var update = Update(task.Id, [1f, 1f]);
        update.Header.Training = null;
        Assert.Equal(Refusal.NoExamples, (await Offer(Runs, update)).Refused);
    }

    private static double EpsilonOf(PrivacyEvent release, int times, AccountantKind kind = AccountantKind.Renyi) =>
        PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(release, times), Delta, kind).Guarantee!.Epsilon;

    private static JobSpec Private(DifferentialSpec spec, int rounds) => Job(rounds) with { Privacy = new() { Differential = spec } };

    // The two train tasks of a round; evaluations of rounds before it are answered.
    private async Task<AssignTask[]> OpenTasks(uint round)
    {
        var tasks = new List<AssignTask>();
        while (tasks.Count < 2)
        {
            var task = Tasks(1).Single();
            if (task.Id.Kind == TaskKind.Train && task.Id.Round == round) tasks.Add(task);
            else if (task.Id.Kind == TaskKind.Evaluate) await Offer(Runs, Measured(task.Id, 400, 200));
        }
        return [.. tasks];
    }
}
