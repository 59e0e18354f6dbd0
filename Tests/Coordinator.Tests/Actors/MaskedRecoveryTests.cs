using Federated.Coordinator.Actors;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.V1;

namespace Federated.Coordinator.Tests.Actors;

/// <summary>Coordinators of masked runs that die and come back on the same journal, while their only worker lives on. The worker is a probe.</summary>
public sealed class MaskedRecoveryTests : RecoveryTest
{
    [Fact]
    public async Task Attempt_that_its_coordinator_is_lost_with_is_given_up_and_the_next_one_has_fresh_keys_and_counts_as_the_first_try()
    {
        // Not one retry: the lost attempt is none.
        var job = Masked() with { Federation = Masked().Federation with { Retries = 0 } };
        await Begin(job, ("a", 1), ("b", 2), ("c", 4));
        var before = TrainTasks();
        Assert.All(before, task => Assert.Equal((1u, 3u), (task.Id.Attempt, task.Cohort)));
        var old = before.Select(task => ClientOf(task, job)).ToArray();
        foreach (var client in old) Assert.IsType<MaskingJoined>(await client.JoinAsync(Runs));
        foreach (var client in old) client.Tell(Runs, client.Answer(await client.NextAsync(MaskingStep.StepOneofCase.Share)));
        await old[0].NextAsync(MaskingStep.StepOneofCase.Mask);

        await RestartAsync();
        Attach();
        var after = TrainTasks();
        Assert.All(after, task => Assert.Equal((1u, 2u), (task.Id.Round, task.Id.Attempt)));
        // The old keys are of no use any more.
        Assert.Equal(Refusal.WrongRound, Assert.IsType<RefusedOffer>(await old[0].JoinAsync(Runs)).Reason);

        await SumAsync(after, job);

        await AwaitConditionAsync(async () => (await Details()).Rounds.Count == 1, TimeSpan.FromSeconds(10));
        var report = (await Details()).Rounds[0];
        Assert.Equal((2u, 3u, 7ul), (report.Attempts, report.Updates, report.Examples));
        Assert.Equal(3u, report.Masked.Advertised);
        Assert.Equal("the coordinator that had it is gone, and a masked attempt does not go on without it.", Assert.Single(report.FailedAttempts));
        // (1/4 * 0.5 + 2/4 * 0.5 + 4/4 * 0.5) / (7/4) = 0.5 within 3 steps / W.
        var (round, first, _) = await Model();
        Assert.Equal(1, round);
        Assert.Equal(10.5, first, 3 / 32767.0 / 1.75 + 2e-6);
    }

    // What clients were asked may have been opened already: asking again draws other noise, and tells more.
    [Fact]
    public async Task Where_clients_add_noise_an_attempt_that_is_given_up_counts_and_all_that_is_known_of_a_round_is_its_sum()
    {
        const double Noise = 0.01, Delta = 1e-3;
        var job = With(Job(1), cohort => cohort with { Minimum = 3 }) with
        {
            Privacy = new() { SecureAggregation = new() { Enabled = true }, Differential = new() { Mechanism = PrivacyMechanism.Distributed, NoiseMultiplier = Noise, Delta = Delta } },
        };
        await Begin(job, ("a", 1), ("b", 2), ("c", 4));
        TrainTasks();
        Assert.Equal(EpsilonOf(1), (await Details()).Summary.Privacy.Epsilon);
        await RestartAsync();
        Attach();
        await SumAsync(TrainTasks(), job);

        await AwaitConditionAsync(async () => (await Details()).Rounds.Count == 1, TimeSpan.FromSeconds(10));
        var details = await Details();
        var report = details.Rounds[0];
        Assert.Equal((2u, 3u, 0ul, 0.0), (report.Attempts, report.Updates, report.Examples, report.TrainSeconds));
        Assert.Null(report.Training);
        Assert.Equal((Noise, 1.0, 1.0, 1.0 / 32767), (report.Privacy.NoiseMultiplier, report.Privacy.Clip, report.Masked.Clip, report.Masked.Step));
        Assert.Equal((EpsilonOf(2), EpsilonOf(2)), (report.Privacy.Epsilon, details.Summary.Privacy.Epsilon));
        Assert.Contains("of the 3 or more clients of a sum all but 1 are trusted", details.Summary.Privacy.Sentence, StringComparison.Ordinal);
        // The plain mean of three times 0.5, whatever their examples, and noise of z · √(3 / 2) / 3: eight standard deviations, 1.2e-15.
        Assert.Equal(10.5, (await Model()).First, 8 * Noise * Math.Sqrt(1.5) / 3);

        double EpsilonOf(int attempts) => PrivacyAccountant.Epsilon(
            PrivacyLedger.Empty.Add(new SkellamEvent(Noise * Noise * 32767 * 32767, 32767, 32767.0 * 32767), attempts), Delta, AccountantKind.Renyi).Guarantee!.Epsilon;
    }

    private async Task SumAsync(AssignTask[] tasks, JobSpec job)
    {
        var clients = tasks.Select(task => ClientOf(task, job)).ToArray();
        foreach (var client in clients) Assert.IsType<MaskingJoined>(await client.JoinAsync(Runs));
        foreach (var client in clients) client.Tell(Runs, client.Answer(await client.NextAsync(MaskingStep.StepOneofCase.Share)));
        foreach (var client in clients)
        {
            var vector = new OfferMasked(client.Header(), client.Mask(await client.NextAsync(MaskingStep.StepOneofCase.Mask)), () => { });
            Assert.Equal(Refusal.Unspecified, (await Ask<Verdict>(Runs, vector)).Refused);
        }
        foreach (var client in clients) client.Tell(Runs, client.Answer(await client.NextAsync(MaskingStep.StepOneofCase.Unmask)));
    }

    private AssignTask[] TrainTasks()
    {
        var tasks = new List<AssignTask>();
        while (tasks.Count < 3)
            if (Tasks(1).Single() is { Id.Kind: TaskKind.Train } task) tasks.Add(task);
        return [.. tasks];
    }

    private static MaskedClient ClientOf(AssignTask task, JobSpec job)
    {
        var examples = task.Id.Client switch { "a" => 1, "b" => 2, _ => 4 };
        return new(job, task.Id, (int)task.Cohort, [0.5f, -0.5f], new UpdateFacts(examples, new(examples, 1, 0), Validation: null, ComputeSeconds: 1), Schema) { Ticket = task.Ticket };
    }

    private static JobSpec Masked() => With(Job(1), cohort => cohort with { Minimum = 3 }) with { Privacy = new() { SecureAggregation = new() { Enabled = true, ExamplesCap = 4 } } };
}
