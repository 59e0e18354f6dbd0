using Federated.Core.Jobs;
using Federated.Core.Privacy.Governance;

namespace Federated.Core.Tests.Privacy.Governance;

public sealed class PolicyCheckTests
{
    private const string Masked = "privacy: {secure_aggregation: {enabled: true}}";

    private const string Counted = "privacy: {secure_aggregation: {enabled: true, label_counts: true}}";

    private static readonly string Hash = new('a', 64);

    [Fact]
    public void Policy_without_restrictions_allows_any_job() => Assert.Empty(Check("", "model: {name: logistic}"));

    [Theory]
    [InlineData("models: {names: [mlp, keras*]}", "model: {name: logistic}", "model.name is logistic: the policy allows mlp or keras* (models.names).")]
    [InlineData("models: {layers: false}", "model: {layers: [flatten, dense: {units: 10}]}", "model.layers lists the model: the policy does not allow that (models.layers).")]
    [InlineData("models: {own: false}", "model: {torchscript: a.pt}", "model.torchscript is a model of the job's own: the policy allows none (models.own).")]
    [InlineData("models: {sha256: [HASH]}", "model: {torchscript: a.pt}", "model.sha256 is missing: the policy allows own models by their SHA-256 alone (models.sha256).")]
    [InlineData("algorithms: [fedprox]", "model: {name: logistic}", "federation.algorithm.name is fedavg: the policy allows fedprox (algorithms).")]
    [InlineData("algorithms: []", "model: {name: logistic}", "federation.algorithm.name is fedavg: the policy allows none (algorithms).")]
    [InlineData("data: {names: [csv]}", "model: {name: logistic}", "data.name is digits: the policy allows csv (data.names).")]
    [InlineData("data: {paths: ['sites/*']}", "model: {name: logistic}\ndata: {name: csv, path: patients.csv}", "data.path is patients.csv: the policy allows sites/* (data.paths).")]
    [InlineData("rounds: 9", "model: {name: logistic}", "federation.rounds is 10: the policy allows at most 9 (rounds).")]
    [InlineData("cohort: 2", "model: {name: logistic}", "federation.cohort.minimum is 1: the policy asks for at least 2 (cohort).")]
    [InlineData("secure_aggregation: {required: true}", "model: {name: logistic}", "privacy.secure_aggregation.enabled is false: the policy lets only masked updates leave (secure_aggregation.required).")]
    [InlineData("secure_aggregation: {identities: true}", "model: {name: logistic}\nfederation: {cohort: {minimum: 3}}\n" + Masked, "privacy.secure_aggregation.require_identities is false: the policy asks that clients sign (secure_aggregation.identities).")]
    [InlineData("disclose: {training: false}", "model: {name: logistic}",
        "privacy.secure_aggregation.enabled is false: an update that is not masked tells the loss of its training, which the policy does not let leave (disclose.training).")]
    [InlineData("disclose: {label_counts: false}", "model: {name: logistic}\nfederation: {cohort: {minimum: 3}}\n" + Counted,
        "privacy.secure_aggregation.label_counts is true: the policy does not let leave how many examples of each class a client has, masked or not (disclose.label_counts).")]
    [InlineData("differential: {required: true}", "model: {name: logistic}", "privacy.differential.mechanism is none: the policy asks for differential privacy (differential.required).")]
    [InlineData("differential: {delta: 1e-5, epsilon_total: 1}", "model: {name: logistic}", "privacy.differential.mechanism is none: the policy asks for differential privacy (a limit on ε).")]
    public void What_a_policy_does_not_allow_is_one_sentence_with_both_keys(string policy, string job, string reason) => Assert.Equal([reason], Check(policy, job));

    [Theory]
    [InlineData("models: {names: ['log*']}", "model: {name: logistic}")]
    [InlineData("models: {sha256: [HASH]}", "model: {torchscript: a.pt, sha256: HASH}")]
    [InlineData("rounds: 10", "model: {name: logistic}")]
    [InlineData("cohort: 2", "model: {name: logistic}\nfederation: {cohort: {minimum: 2}}")]
    [InlineData("secure_aggregation: {required: true}", "model: {name: logistic}\nfederation: {cohort: {minimum: 3}}\n" + Masked)]
    [InlineData("disclose: {training: false}", "model: {name: logistic}\nfederation: {cohort: {minimum: 3}}\n" + Masked)]
    [InlineData("disclose: {label_counts: false}", "model: {name: logistic}\nfederation: {cohort: {minimum: 3}}\n" + Masked)]
    [InlineData("disclose: {label_counts: true}", "model: {name: logistic}\nfederation: {cohort: {minimum: 3}}\n" + Counted)]
    [InlineData("secure_aggregation: {identities: true}", "model: {name: logistic}")]   // of a job that does not mask it says nothing
    public void What_a_policy_allows_has_no_reason_against_it(string policy, string job) => Assert.Empty(Check(policy, job));

    [Fact]
    public void Every_reason_comes_at_once() =>
        Assert.Equal(4, Check("algorithms: [fedprox]\nrounds: 1\ncohort: 9\nsecure_aggregation: {required: true}", "model: {name: logistic}").Length);

    [Fact]
    public void Mechanisms_and_noise_are_held_against_the_limits()
    {
        Assert.Equal(["privacy.differential.mechanism is central: the policy allows local (differential.mechanisms)."], Check("differential: {mechanisms: [local]}", Private("central", 1)));
        Assert.Empty(Check("differential: {mechanisms: [central], delta: 1e-5, epsilon_per_run: 8}", Private("central", 1)));
        // Noise of a hundredth of the clip: a single update at delta 1e-5 costs above 5000 by the exact formula of Balle and Wang.
        Assert.StartsWith("privacy.differential.mechanism central with noise_multiplier 0.01: a single update spends ε = ",
            Assert.Single(Check("differential: {delta: 1e-5, epsilon_per_run: 8}", Private("central", 0.01))), StringComparison.Ordinal);
    }

    [Fact]
    public void Guarantee_for_single_examples_bounds_nothing_of_a_client() =>
        Assert.Equal(["privacy.differential.mechanism example: this worker cannot tell what an update gives away of the client as a whole, and the policy limits ε (differential)."],
            Check("differential: {delta: 1e-5, epsilon_per_run: 8}", Private("example", 1)));

    [Theory]
    [InlineData("a.example", true)]
    [InlineData("A.EXAMPLE", true)]
    [InlineData("10.0.3.7", true)]
    [InlineData("b.example", false)]
    [InlineData("a.example.evil.test", false)]
    public void Coordinator_is_known_by_its_host(string host, bool allowed) =>
        Assert.Equal(allowed, PolicyCheck.Coordinator(Policy("coordinators: [a.example, '10.0.*']"), host) is null);

    [Fact]
    public void Client_that_is_not_offered_is_named() =>
        Assert.Equal("Client 'b' is not offered: the policy offers a (data.clients).", PolicyCheck.Client(Policy("data: {clients: [a]}"), "b"));

    [Fact]
    public void Forecast_tells_after_how_many_rounds_the_budget_is_spent()
    {
        // The Renyi bound of k Gaussian releases with z = 2 at δ = 1e-5, minimised over orders on a fine grid: the largest k within 8.
        var rounds = Enumerable.Range(1, 20).TakeWhile(k => SpentLedgerTests.RenyiEpsilon(k, 2, 1e-5) <= 8).Count();
        Assert.InRange(rounds, 5, 19);

        var forecast = PolicyForecast.Of(Policy("differential: {delta: 1e-5, epsilon_per_run: 8}\ndisclose: {reasons: false}"), Job(Private("central", 2) + "\nfederation: {rounds: 20, cohort: {minimum: 2}}"));

        Assert.Equal(["Reasons of failures stay here (disclose.reasons).", $"A client takes part in {rounds} of the 20 rounds; the next update would spend more than ε = 8 at δ = 1E-05."], forecast.ToArray());
    }

    // Two of ten clients a round: five rounds a tree, of which a client takes part in one; eight trees of three nodes above a leaf, each costing as a Gaussian of √3.
    [Fact]
    public void Forecast_of_trees_counts_the_rounds_that_can_ask_a_client()
    {
        var trees = Enumerable.Range(1, 8).TakeWhile(k => SpentLedgerTests.RenyiEpsilon(k, 3 / Math.Sqrt(3), 1e-5) <= 8).Count();
        Assert.InRange(trees, 3, 7);
        string Of(double noise) => Private("tree", noise) + "\nfederation: {rounds: 40, cohort: {fraction: 0.2, minimum: 2, selection: {kind: round_robin}}}";
        Assert.Equal([$"A client takes part in {trees} of the 8 rounds that can ask it; the next update would spend more than ε = 8 at δ = 1E-05."], PolicyForecast.Of(Policy("differential: {delta: 1e-5, epsilon_per_run: 8}"), Job(Of(3))).ToArray());
        Assert.StartsWith("A client that takes part in all 8 rounds that can ask it spends ε = ", PolicyForecast.Of(Policy("differential: {delta: 1e-5, epsilon_per_run: 8}"), Job(Of(4))).Single(), StringComparison.Ordinal);
    }

    private static string Private(string mechanism, double noise) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"model: {{name: logistic}}\nprivacy: {{differential: {{mechanism: {mechanism}, noise_multiplier: {noise}}}}}");

    private static string[] Check(string policy, string job) => [.. PolicyCheck.Job(Policy(policy), Job(job))];

    private static PolicySpec Policy(string yaml)
    {
        var result = PolicyReader.Read(yaml.Replace("HASH", Hash, StringComparison.Ordinal));
        Assert.Empty(result.Errors);
        return result.Policy!;
    }

    private static JobSpec Job(string yaml)
    {
        var result = JobReader.Read(yaml.Replace("HASH", Hash, StringComparison.Ordinal));
        Assert.Empty(result.Errors);
        return result.Job!;
    }
}
