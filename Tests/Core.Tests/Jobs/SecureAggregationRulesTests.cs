using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

/// <summary>Rules between privacy.secure_aggregation and the rest of a job.</summary>
public sealed class SecureAggregationRulesTests
{
    private const string On = "privacy: {secure_aggregation: {enabled: true}}\n";

    [Theory]
    [InlineData("federation: {cohort: {minimum: 5}, aggregation: {rule: median}}", "line 3, federation.aggregation.rule: median does not go with privacy.secure_aggregation: it compares single updates, which nobody sees; use mean.")]
    [InlineData("federation: {cohort: {minimum: 5}, aggregation: {rule: norm_bound}}",
        "line 3, federation.aggregation.rule: norm_bound does not go with privacy.secure_aggregation: the coordinator cannot measure what it cannot see; use mean. Clients cut values off at privacy.secure_aggregation.clip.")]
    [InlineData("federation: {cohort: {minimum: 5}, mode: fedbuff}",
        "line 3, federation.mode: fedbuff does not go with privacy.secure_aggregation: masks cancel among clients that start from one version and end together; use synchronous.")]
    [InlineData("federation: {cohort: {minimum: 5}, mode: semi_synchronous}",
        "line 3, federation.mode: semi_synchronous does not go with privacy.secure_aggregation: masks cancel among clients that start from one version and end together; use synchronous.")]
    [InlineData("federation: {cohort: {minimum: 5}, algorithm: {name: afl}}",
        "line 3, federation.algorithm.name: afl does not go with privacy.secure_aggregation: its weights follow the losses of single clients; use another algorithm, for example fedavg.")]
    [InlineData("federation: {cohort: {minimum: 5}, algorithm: {name: ifca}}",
        "line 3, federation.algorithm.name: ifca does not go with privacy.secure_aggregation: its server must know exactly which clients took which model; use another algorithm, for example fedavg.")]
    [InlineData("federation: {cohort: {minimum: 5, fraction: 0.5, selection: {kind: oort}}}",
        "line 3, federation.cohort.selection.kind: oort does not go with privacy.secure_aggregation: it looks at the examples, losses or times of single clients; use uniform.")]
    [InlineData("federation: {cohort: {minimum: 2}}",
        "line 3, federation.cohort.minimum: 2 does not go with privacy.secure_aggregation: of the sum of two clients each can take its own update off, and one has nobody to hide among; set it to 3 or more.")]
    [InlineData("federation: {cohort: {minimum: 5}}\nevaluation: {per_client: true}\ndata: {validation: 0.1}",
        "line 4, evaluation.per_client: does not go with privacy.secure_aggregation: it reports each client apart; remove it.")]
    [InlineData("federation: {cohort: {minimum: 5}}\nattack: {kind: alie}",
        "line 4, attack.kind: alie does not go with privacy.secure_aggregation: its attackers know the updates of others, which nobody learns; use another attack.")]
    public void What_must_see_single_clients_does_not_go_with_it(string text, string error) =>
        Assert.Equal([error], JobReader.Read("model: {name: mlp}\n" + On + text).Errors.Select(found => found.ToString()));

    [Theory]
    [InlineData("enabled: true, threshold: 6, neighbours: 4",
        "line 2, privacy.secure_aggregation.threshold: 6 shares are more than there are with privacy.secure_aggregation.neighbours 4: a client's own and one of each neighbour; allowed: 2 to 5.")]
    [InlineData("enabled: true, require_identities: true",
        "line 2, privacy.secure_aggregation.require_identities: needs data.placement local: clients that any worker can train have no identity of their own. Use that, or remove it.")]
    [InlineData("enabled: true, bits: 25", "line 2, privacy.secure_aggregation.bits: 25 is out of range; allowed: 2 to 24.")]
    [InlineData("enabled: true, clip: 0", "line 2, privacy.secure_aggregation.clip: 0 is out of range; allowed: above 0 and at most 1000000.")]
    [InlineData("label_counts: true", "line 2, privacy.secure_aggregation.label_counts: has no effect with privacy.secure_aggregation.enabled false, only with true; remove it.")]
    [InlineData("clip: 2", "line 2, privacy.secure_aggregation.clip: has no effect with privacy.secure_aggregation.enabled false, only with true; remove it.")]
    [InlineData("enabled: true, weighting: uniform, examples_cap: 10",
        "line 2, privacy.secure_aggregation.examples_cap: has no effect with privacy.secure_aggregation.weighting uniform, only with examples; remove it.")]
    public void Its_own_keys_go_together(string keys, string error) =>
        Assert.Equal([error], JobReader.Read($"model: {{name: mlp}}\nprivacy: {{secure_aggregation: {{{keys}}}}}\nfederation: {{cohort: {{minimum: 5}}}}").Errors.Select(found => found.ToString()));

    // 24 bits and ceil(log2 300) = 9 are 33.
    [Fact]
    public void A_sum_that_has_no_room_in_the_ring_is_refused_with_the_bits_that_have() =>
        Assert.Equal(["line 2, privacy.secure_aggregation.bits: 24 are too many for rounds of 300 clients, whose sum needs 33 bits a value of at most 32; allowed: 2 to 23."],
            JobReader.Read("model: {name: mlp}\nprivacy: {secure_aggregation: {enabled: true, bits: 24}}\ndata: {clients: 300}\nfederation: {cohort: {minimum: 5}}").Errors.Select(found => found.ToString()));

    [Theory]
    [InlineData("data: {name: digits}")]
    [InlineData("data: {name: csv, path: patients.csv}")]   // only the table tells
    public void Classes_can_be_counted_where_each_example_has_one(string data) => Assert.Empty(Counted(data, "model: {name: logistic}"));

    [Theory]
    [InlineData("data: {name: shakespeare, partition: {kind: natural}}", "model: {name: char-lstm}", "needs one class an example, and this is language model; remove it.")]
    [InlineData("data: {name: text, path: books, partition: {kind: natural}}", "model: {name: char-lstm}", "needs one class an example, and this is language model; remove it.")]
    [InlineData("data: {name: tatoeba-eng-kor}", "model: {name: transformer-seq2seq}", "needs one class an example, and this is translation; remove it.")]
    [InlineData("data: {name: movielens-100k, partition: {kind: natural}}", "model: {name: neumf}", "needs one class an example, and this is recommendation; remove it.")]
    [InlineData("data: {name: bccd}", "model: {name: tiny-detector}", "needs one class an example, and this is detection; remove it.")]
    [InlineData("data: {name: series, path: loads}", "model: {layers: [flatten, dense: {units: 24}]}", "needs one class an example, and this is regression; remove it.")]
    public void Classes_are_not_counted_where_examples_have_none_or_many(string data, string model, string error) =>
        Assert.Equal(["line 3, privacy.secure_aggregation.label_counts: " + error], Counted(data, model));

    [Theory]
    [InlineData("distributed")]
    [InlineData("central")]
    public void Counts_by_class_have_no_noise_and_go_with_no_guarantee(string mechanism) =>
        Assert.Contains($"line 3, privacy.secure_aggregation.label_counts: does not go with privacy.differential.mechanism {mechanism}: the counts would leave without noise, beside what the guarantee covers; remove it.",
            Counted("data: {name: digits}", "model: {name: logistic}", $", differential: {{mechanism: {mechanism}, noise_multiplier: 1}}"));

    private static IEnumerable<string> Counted(string data, string model, string more = "") => JobReader.Read(
        $"{model}\n{data}\nprivacy: {{secure_aggregation: {{enabled: true, label_counts: true}}{more}}}\nfederation: {{cohort: {{minimum: 5}}}}").Errors.Select(error => error.ToString());

    [Fact]
    public void A_layer_that_asks_clients_for_moments_is_refused() =>
        Assert.Equal(["line 1, model.layers: normalize does not go with privacy.secure_aggregation: it asks each client for the moments of its features; use batch_norm or layer_norm, or standardise the data beforehand."],
            JobReader.Read("model: {layers: [normalize, dense: {units: 2}]}\nprivacy: {secure_aggregation: {enabled: true}}\ndata: {name: heart-disease}\nfederation: {cohort: {minimum: 5}}").Errors.Select(found => found.ToString()));

    [Theory]
    [InlineData("fedavg")]
    [InlineData("fedprox, adaptive_mu: true")]
    [InlineData("scaffold")]
    [InlineData("feddyn")]
    [InlineData("mimelite")]
    [InlineData("fedbn")]
    [InlineData("fedavg, server: {optimizer: fedadam}")]
    public void What_needs_sums_alone_goes_with_it(string algorithm) => Assert.Empty(JobReader.Read(
        "model: {name: mlp}\n" + On + $"training: {{optimizer: {{momentum: 0}}}}\nfederation: {{cohort: {{minimum: 5, fraction: 0.5, over_select: 1.5}}, algorithm: {{name: {algorithm}}}}}").Errors);

    [Fact]
    public void Attackers_that_know_nothing_of_others_go_with_it() =>
        Assert.Empty(JobReader.Read("model: {name: mlp}\n" + On + "federation: {cohort: {minimum: 5}}\nattack: {kind: sign_flip}").Errors);
}
