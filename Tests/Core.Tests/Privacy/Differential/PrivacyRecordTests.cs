using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Privacy.Differential;
using Federated.Core.Rounds;
using Federated.Core.Tests.Jobs;

namespace Federated.Core.Tests.Privacy.Differential;

/// <summary>What a run counts, claims, and when it ends.</summary>
public sealed class PrivacyRecordTests
{
    public static TheoryData<string, PrivacyEvent> Selections => new()
    {
        { "federation.cohort.fraction=1.0", new GaussianEvent(1) },
        { "federation.cohort={fraction: 0.5}", new FixedSizeEvent(10, 20, 1) },
        { "federation.cohort={fraction: 0.5, selection: {kind: poisson}}", new PoissonSampledEvent(0.5, 1) },
        { "federation.cohort={fraction: 0.5, selection: {kind: round_robin}}", new GaussianEvent(1) },   // anybody can tell whose turn it is
    };

    [Theory]
    [MemberData(nameof(Selections))]
    public void Sampling_counts_only_where_it_is_by_secret_lots(string key, PrivacyEvent expected) => Assert.Equal(expected, PrivacyPlan.Of(PrivateJobs.Central(key))!.EventOf(10, 20));

    [Fact]
    public void A_clients_own_noise_hides_which_data_it_has() =>
        Assert.Equal(new GaussianEvent(4, Adjacency.ReplaceOne), PrivacyPlan.Of(PrivateJobs.Of("{mechanism: local, noise_multiplier: 4, delta: 1e-3}"))!.EventOf(10, 20));

    // 12 bits: C is 2047 steps, and noise of variance (2 · 2047)² hides them, whoever was drawn.
    [Fact]
    public void The_least_noise_of_a_masked_sum_hides_a_client_whose_integers_are_bounded() =>
        Assert.Equal(new SkellamEvent(4.0 * 2047 * 2047, 2047, 2047.0 * 2047), PrivacyPlan.Of(PrivateJobs.Distributed("federation.cohort.fraction=0.7"))!.EventOf(10, 20));

    // Agarwal, Kairouz, Liu 2021, section 3, minimised over integer orders with proposition 12 of Canonne, Kamath, Steinke 2020: within a thousandth of the Gaussian's, for the grid is fine.
    [Fact]
    public void Epsilon_of_masked_sums_is_that_of_skellam_noise_for_every_attempt()
    {
        const double Delta = 1e-3;
        var plan = PrivacyPlan.Of(PrivateJobs.Distributed())!;
        double Of(Func<int, double> divergence) => Enumerable.Range(2, 200).Min(order => 5 * divergence(order) + Math.Log((order - 1.0) / order) - (Math.Log(Delta) + Math.Log(order)) / (order - 1));
        const double M = 2047, Mu = 4 * M * M;
        var skellam = Of(order => order * M * M / (2 * Mu) + Math.Min(((2 * order - 1) * M * M + 6 * M * M) / (4 * Mu * Mu), 3 * M * M / (2 * Mu)));
        Assert.Equal(Of(order => order / 8.0), skellam, skellam * 1e-3);
        Assert.Equal(skellam, Record(asked: 5).Epsilon(plan).Guarantee!.Epsilon, skellam * 0.01);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Noise_of_masked_sums_that_follows_from_epsilon_keeps_it_in_the_last_attempt(int bits)
    {
        var job = PrivateJobs.Of("{mechanism: distributed, epsilon: 6, delta: 1e-3}", $"privacy.secure_aggregation={{enabled: true, bits: {bits}}}", "model={name: logistic}", "federation.cohort.minimum=10", "federation.rounds=4");
        var plan = PrivacyPlan.Of(job)!;
        Assert.InRange(Record(asked: 4).Epsilon(plan).Guarantee!.Epsilon, 6 * 0.99, 6);
        Assert.NotNull(PrivacyBudget.Spent(job, Record(asked: 4)));
        Assert.Null(PrivacyBudget.Spent(job, Record(asked: 3)));
    }

    // The Renyi bound of t Gaussian releases, minimised on a fine grid of real orders: Canonne, Kamath, Steinke 2020, proposition 12.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 4)]
    public void Epsilon_of_rounds_is_that_of_their_noise(int rounds, double noise)
    {
        const double Delta = 1e-3;
        var plan = PrivacyPlan.Of(PrivateJobs.Of($"{{mechanism: central, noise_multiplier: {noise}, delta: {Delta}}}"))!;
        var record = Record(released: PrivacyLedger.Empty.Add(plan.EventOf(20, 20), rounds));
        var expected = Enumerable.Range(1, 100_000).Select(step => 1 + step / 1000.0)
            .Min(order => rounds * order / (2 * noise * noise) + Math.Log((order - 1) / order) - (Math.Log(Delta) + Math.Log(order)) / (order - 1));
        Assert.Equal(expected, record.Epsilon(plan).Guarantee!.Epsilon, expected * 0.01);
    }

    // 450 examples in lots of 50: q = 1/9 in 9 steps an epoch; the client of 100 has q = 1/2 in 2 steps, and fares worse.
    [Fact]
    public void Epsilon_of_examples_is_that_of_the_client_that_fares_worst()
    {
        var job = PrivateJobs.Of("{mechanism: example, noise_multiplier: 1.5, delta: 1e-4}", "training.batch_size=50", "training.epochs=2");
        Assert.Equal(new PrivateSteps(1.0 / 9, 18), PrivateSteps.Of(job.Training, 450));
        Assert.Equal(new PrivateSteps(1, 2), PrivateSteps.Of(job.Training, 20));
        var plan = PrivacyPlan.Of(job)!;
        double Of(params long[] sizes) => Record(asked: 3, sizes: sizes).Epsilon(plan).Guarantee!.Epsilon;
        Assert.Equal(PrivacyAccountant.Epsilon(PrivacyLedger.Empty.Add(new PoissonSampledEvent(0.5, 1.5), 12), 1e-4, AccountantKind.Renyi).Guarantee!.Epsilon, Of(100));
        Assert.Equal(Of(100), Of(450, 100, 300));
        Assert.True(Of(450) < Of(300) && Of(300) < Of(100));
        // As many steps as 100, and fewer examples to choose from.
        Assert.True(Of(60, 100, 80) > Of(100) && Of(60, 100, 80) == Of(60));
    }

    [Fact]
    public void An_attempt_that_failed_gave_nothing_away_where_the_coordinator_adds_the_noise()
    {
        var plan = PrivacyPlan.Of(PrivateJobs.Central())!;
        var run = Opened(RunState.Initial, 1).Apply(new RunChange.RoundFailed(1, 1, "too few", []));
        Assert.Equal(0, run.Privacy.Epsilon(plan).Guarantee!.Epsilon);
        run = Committed(Open(run, 1, attempt: 2), 1, plan);
        Assert.Equal(new LedgerEntry(new GaussianEvent(1), 1), Assert.Single(run.Privacy.Released.Entries));
    }

    [Fact]
    public void What_was_given_away_stays_so_where_the_run_goes_back()
    {
        var plan = PrivacyPlan.Of(PrivateJobs.Central())!;
        var run = Committed(Open(Committed(Opened(RunState.Initial, 1), 1, plan), 2), 2, plan);
        run = run.Apply(new RunChange.RolledBack(1, "hash"));
        run = Committed(Open(run, 2), 2, plan);
        Assert.Equal(3, Assert.Single(run.Privacy.Released.Entries).Count);
    }

    [Fact]
    public void Every_attempt_counts_where_clients_add_the_noise()
    {
        var run = Opened(RunState.Initial, 1).Apply(new RunChange.RoundFailed(1, 1, "too few", []));
        Assert.Equal(2, Open(run, 1, attempt: 2).Privacy.Asked);
    }

    // z = 1, δ = 1e-3: one round costs 3.6 or so, two 5.4.
    [Fact]
    public void No_round_begins_that_would_pass_the_limit()
    {
        var job = PrivateJobs.Of("{mechanism: central, noise_multiplier: 1, delta: 1e-3, limit: 4.5}");
        var plan = PrivacyPlan.Of(job)!;
        var run = Started(job);
        Assert.Equal(RunStep.OpenRound, run.Next(job).Step);
        run = Committed(Open(run, 1), 1, plan);
        var next = run.Next(job);
        Assert.Equal(RunStep.Complete, next.Step);
        Assert.Matches(@"^Another round would bring ε to 5\.\d+, above the 4\.5 that privacy\.differential allows\.$", next.Reason);
    }

    [Theory]
    [InlineData("federation.cohort.fraction=1.0", "renyi")]
    [InlineData("federation.cohort={fraction: 0.5, selection: {kind: poisson}}", "renyi")]
    [InlineData("federation.cohort={fraction: 0.5}", "renyi")]
    [InlineData("federation.cohort.fraction=1.0", "pld")]
    [InlineData("federation.cohort={fraction: 0.5, selection: {kind: poisson}}", "pld")]
    [InlineData("federation.cohort={fraction: 0.5}", "pld")]
    public void Noise_that_follows_from_epsilon_keeps_it_in_the_last_round(string key, string accountant)
    {
        var job = PrivateJobs.Of($"{{mechanism: central, epsilon: 6, delta: 1e-3, accountant: {accountant}}}", key, "federation.rounds=7");
        var plan = PrivacyPlan.Of(job)!;
        var record = Record(released: PrivacyLedger.Empty.Add(plan.EventOf(10, 20), 7));
        Assert.InRange(record.Epsilon(plan).Guarantee!.Epsilon, 6 * 0.99, 6);
        Assert.NotNull(PrivacyBudget.Spent(job, record));
        Assert.Null(PrivacyBudget.Spent(job, Record(released: PrivacyLedger.Empty.Add(plan.EventOf(10, 20), 6))));
    }

    [Fact]
    public void A_claim_says_whom_to_trust_and_for_what()
    {
        var plan = PrivacyPlan.Of(PrivateJobs.Central("federation.cohort={fraction: 0.5, selection: {kind: poisson}}"))!;
        var statement = PrivacyStatement.Of(plan, Record(released: PrivacyLedger.Empty.Add(plan.EventOf(9, 20))), clients: 20);
        Assert.NotNull(statement.Epsilon);
        foreach (var part in new[] { "δ = 0.001", "takes part with all its data", "Rényi", "probability 0.5 by a secret lot", "coordinator is trusted", "not covered are" }) Assert.Contains(part, statement.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "of the 10 or more clients of a sum all are trusted to add their shares and to keep them to themselves; the coordinator is trusted to keep to the protocol, and learns sums alone;")]
    [InlineData(1, "of the 10 or more clients of a sum all but 1 are trusted to add their shares and to keep them to themselves, whatever that one and the coordinator may tell each other;")]
    [InlineData(4, "all but 4 are trusted to add their shares and to keep them to themselves, whatever those and the coordinator may tell each other;")]
    public void A_claim_of_masked_sums_says_how_many_may_collude(int colluding, string part)
    {
        var plan = PrivacyPlan.Of(PrivateJobs.Distributed($"privacy.differential.colluding={colluding}"))!;
        var statement = PrivacyStatement.Of(plan, Record(asked: 2), clients: 20);
        Assert.Equal(Record(asked: 2).Epsilon(plan).Guarantee!.Epsilon, statement.Epsilon);
        Assert.StartsWith("The sums of updates of all rounds together are (ε = ", statement.Sentence, StringComparison.Ordinal);
        Assert.Contains(part, statement.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void With_identities_the_coordinator_need_not_be_trusted()
    {
        var job = PrivateJobs.Distributed();
        var plan = PrivacyPlan.Of(job with { Privacy = job.Privacy with { SecureAggregation = job.Privacy.SecureAggregation with { RequireIdentities = true } } })!;
        Assert.Contains("the coordinator is not trusted, and learns sums alone, since clients know each other's signatures;", PrivacyStatement.Of(plan, Record(asked: 1), clients: null).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void The_examples_job_promises_the_same_with_less_noise_where_loss_distributions_reckon()
    {
        var text = File.ReadAllText(Repository.PathOf("examples", "private-central.yaml"));
        var (renyi, pld) = (PrivacyPlan.Of(JobReader.Read(text).Job!)!, PrivacyPlan.Of(JobReader.Read(text, ["privacy.differential.accountant=pld"]).Job!)!);
        Assert.InRange(pld.NoiseMultiplier, 0.8 * renyi.NoiseMultiplier, 0.97 * renyi.NoiseMultiplier);
        // The same releases, either way.
        var record = Record(released: PrivacyLedger.Empty.Add(renyi.EventOf(30, 90), 30));
        var (loose, tight) = (PrivacyStatement.Of(renyi, record, clients: 90), PrivacyStatement.Of(pld, record, clients: 90));
        Assert.InRange(tight.Epsilon!.Value, 0.7 * loose.Epsilon!.Value, 0.97 * loose.Epsilon.Value);
        Assert.Equal(PrivacyAccountant.Epsilon(record.Released, 1e-3, AccountantKind.LossDistribution).Guarantee!.Epsilon, tight.Epsilon);
        Assert.Contains("by Rényi accounting with noise", loose.Sentence, StringComparison.Ordinal);
        Assert.Contains("by privacy loss distributions with noise", tight.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_claimed_where_delta_promises_nothing()
    {
        var plan = PrivacyPlan.Of(PrivateJobs.Central())!;
        var statement = PrivacyStatement.Of(plan, PrivacyRecord.Nothing, clients: 1000);
        Assert.Null(statement.Epsilon);
        Assert.StartsWith("No guarantee of differential privacy is claimed: privacy.differential.delta 0.001 promises nothing to 1000 clients", statement.Sentence, StringComparison.Ordinal);
    }

    private static PrivacyRecord Record(PrivacyLedger? released = null, long asked = 0, params long[] sizes) => new(released ?? PrivacyLedger.Empty, asked, [.. sizes]);

    private static RunState Started(JobSpec job) => RunState.Initial.Apply(new RunChange.Started())
        .Apply(new RunChange.Initialised("hash", [.. Enumerable.Range(0, job.Data.Clients).Select(client => new ClientShare($"client-{client}", 10))], 0));

    private static RunState Opened(RunState initial, int round) => Open(initial.Apply(new RunChange.Started()).Apply(new RunChange.Initialised("hash", [new("a", 10)], 0)), round);

    private static RunState Open(RunState run, int round, int attempt = 1) => run.Apply(new RunChange.RoundOpened(round, attempt, new(["a"], 1, 1)));

    private static RunState Committed(RunState run, int round, PrivacyPlan plan) =>
        run.Apply(new RunChange.RoundCommitted(round, "hash", Measured: false, []) { Released = PrivacyLedger.Empty.Add(plan.EventOf(1, 1)) });
}
