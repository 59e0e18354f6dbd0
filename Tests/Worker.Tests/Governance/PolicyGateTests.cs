using Federated.Engine;
using Federated.V1;
using Federated.Worker.Governance;
using Federated.Worker.Governance.Records;

namespace Federated.Worker.Tests.Governance;

public sealed class PolicyGateTests : PolicyGateKit
{
    private const string Limited = "differential: {delta: 1e-5, epsilon_per_run: 5, epsilon_total: 6}";
    private const string Central = "privacy: {differential: {mechanism: central, noise_multiplier: 2}}\nfederation: {cohort: {minimum: 2}}";
    private const string Local = "privacy: {differential: {mechanism: local, noise_multiplier: 20}}\nfederation: {cohort: {minimum: 2}}";

    [Fact]
    public async Task Job_against_the_policy_is_refused_here_with_every_reason()
    {
        await using var gate = await OpenAsync("rounds: 1\nalgorithms: [fedprox]");

        var refused = Assert.Throws<EngineException>(() => gate.Admit("run-1", Job()));

        Assert.True(refused.OnlyHere);
        Assert.Equal("This worker's policy does not allow the job: federation.algorithm.name is fedavg: the policy allows fedprox (algorithms). "
            + "federation.rounds is 10: the policy allows at most 1 (rounds).", refused.Message);
    }

    [Theory]
    [InlineData(TaskKind.Train, "b", 1u, "Client 'b' is not offered: the policy offers a (data.clients).")]
    [InlineData(TaskKind.Train, "a", 11u, "Round 11 is beyond the 10 that the policy allows (rounds).")]
    [InlineData(TaskKind.Evaluate, "", 1u, "Models are not measured here: the policy does not allow it (disclose.evaluation).")]
    [InlineData(TaskKind.Statistics, "a", 0u, "Features are not summed up here: the policy does not allow it (disclose.moments).")]
    [InlineData(TaskKind.Train, "a", 10u, null)]
    [InlineData(TaskKind.Initialise, "", 0u, null)]
    public async Task Task_against_the_policy_is_refused_before_it_is_done(TaskKind kind, string client, uint round, string? reason)
    {
        await using var gate = await OpenAsync("rounds: 10\ndata: {clients: [a]}\ndisclose: {evaluation: false, moments: false}");
        gate.Admit("run-1", Job());

        Assert.Equal(reason, gate.CheckTask(Id(kind, round: round, client: client)));
    }

    [Fact]
    public async Task Coordinator_is_checked_by_both_its_addresses()
    {
        await using var gate = await OpenAsync("coordinators: [good]");

        Assert.Null(gate.CheckCoordinator("good", "http://good:5600"));
        Assert.Equal("'bad' may not be this worker's coordinator: the policy allows good (coordinators).", gate.CheckCoordinator("good", "https://bad:5600"));
        Assert.NotNull(gate.CheckCoordinator("bad", "http://good:5600"));
    }

    [Fact]
    public async Task Spent_epsilon_is_in_the_entry_survives_a_restart_and_holds_further_updates_back()
    {
        var rounds = 0;
        await using (var gate = await OpenAsync(Limited))
        {
            gate.Admit("run-1", Job(Central));
            while (gate.CheckTask(Id(round: (uint)rounds + 1)) is null) await UpdateAsync(gate, round: ++rounds);
        }
        Assert.InRange(rounds, 3, 9);
        var last = Entries()[^1].Guarantee!;
        Assert.Equal((false, "central", 1.0, 2.0, 1e-5), (last.SecureAggregation, last.Mechanism, last.Clip, last.NoiseMultiplier, last.Delta));
        Assert.InRange(last.EpsilonRun!.Value, 4, 5);
        Assert.Equal(last.EpsilonRun, last.EpsilonTotal);

        await using (var gate = await OpenAsync(Limited))
        {
            gate.Admit("run-1", Job(Central));
            var refused = await Assert.ThrowsAsync<DepartureRefusedException>(() => UpdateAsync(gate, rounds + 1));
            Assert.Contains("in run run-1; the policy allows 5 (differential.epsilon_per_run).", refused.Message, StringComparison.Ordinal);
            Assert.Equal(refused.Message, gate.CheckTask(Id(round: (uint)rounds + 1)));
            await UpdateAsync(gate, rounds);   // it was counted: a coordinator that lost it gets it again
            Assert.Null(gate.CheckTask(Id(round: (uint)rounds + 1, client: "b")));
        }
    }

    [Fact]
    public async Task Later_run_starts_with_what_earlier_ones_have_left_of_the_total()
    {
        await using var gate = await OpenAsync(Limited);
        foreach (var run in new[] { "run-1", "run-2" }) gate.Admit(run, Job(Central));
        var (first, second) = (0, 0);
        while (gate.CheckTask(Id(round: (uint)first + 1)) is null) await UpdateAsync(gate, ++first);
        while (gate.CheckTask(Id(run: "run-2", round: (uint)second + 1)) is null) await UpdateAsync(gate, ++second, run: "run-2");

        Assert.InRange(second, 1, first - 1);
        Assert.Contains("in all runs; the policy allows 6 (differential.epsilon_total).", gate.CheckTask(Id(run: "run-2", round: (uint)second + 1)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempts_count_apart_only_where_the_noise_is_the_clients_own()
    {
        await using var gate = await OpenAsync(Limited);
        gate.Admit("run-1", Job(Central));
        gate.Admit("run-2", Job(Local));
        foreach (var run in new[] { "run-1", "run-2" })
            for (var attempt = 1; attempt <= 3; attempt++) await UpdateAsync(gate, 1, run, attempt);

        var spent = new List<string>();
        ChainReader.Read(Records, RecordFolder.Spent, entry => spent.Add($"{SpentEntry.Parse(entry.Body).Run} {SpentEntry.Parse(entry.Body).Attempt}"));
        Assert.Equal(["run-1 0", "run-2 1", "run-2 2", "run-2 3"], spent);
    }

    [Theory]
    [InlineData(Central, 1)]
    [InlineData(Local, 2)]
    public async Task Another_update_for_the_same_attempt_counts_where_it_has_noise_of_its_own(string privacy, int counted)
    {
        // A coordinator that takes the task away and gives it again has the client train once more.
        await using (var gate = await OpenAsync(Limited))
        {
            gate.Admit("run-1", Job(privacy));
            foreach (var value in new[] { 1f, 1f, 2f }) await Guard(gate, Limited).UploadAsync(Header(Id()), new[] { value }, default);
        }
        await using (var gate = await OpenAsync(Limited))
        {
            gate.Admit("run-1", Job(privacy));
            await Guard(gate, Limited).UploadAsync(Header(Id()), new[] { 2f }, default);   // known from the disk
        }

        var spent = 0;
        ChainReader.Read(Records, RecordFolder.Spent, _ => spent++);
        Assert.Equal(counted, spent);
    }

    [Fact]
    public async Task Two_updates_at_once_cannot_both_take_the_last_of_a_budget()
    {
        // One release with z = 2 costs about 2.2 at this δ, two about 3.3.
        await using var gate = await OpenAsync("differential: {delta: 1e-5, epsilon_total: 3}");
        for (var run = 1; run <= 8; run++) gate.Admit($"run-{run}", Job(Central));

        var outcomes = await Task.WhenAll(Enumerable.Range(1, 8).Select(run => Task.Run(async () =>
        {
            try
            {
                await UpdateAsync(gate, 1, $"run-{run}");
                return true;
            }
            catch (DepartureRefusedException)
            {
                return false;
            }
        })));

        Assert.Single(outcomes, left => left);
    }

    [Fact]
    public async Task Changed_log_keeps_the_worker_from_starting()
    {
        await using (await OpenAsync("")) { }
        var file = Path.Combine(Records, "audit-000001.jsonl");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("w1", "w2", StringComparison.Ordinal));

        var broken = await Assert.ThrowsAsync<RecordBrokenException>(() => OpenAsync(""));
        Assert.StartsWith($"{file}, line 1: this line was changed: its hash is not that of its bytes. The worker does not go on with a broken record", broken.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_names_the_end_of_the_log()
    {
        await using var gate = await OpenAsync("");

        var head = ChainReader.Read(Records, RecordFolder.Audit).Head;
        Assert.Equal($"policy policy.yaml (SHA-256 aaaaaaaaaaaaaaaa...); audit log {Records}: 1 entries, head {head.Hash}", gate.Sentence);
        Assert.Equal(new AuditEntry { Time = Now, Kind = "start", To = "w1", Sha256 = new string('a', 64) }, Assert.Single(Entries()));
    }

    private Task UpdateAsync(PolicyGate gate, int round, string run = "run-1", int attempt = 1) =>
        Guard(gate, Limited).UploadAsync(Header(Id(run: run, round: (uint)round, attempt: (uint)attempt)), new float[] { round }, default);
}
