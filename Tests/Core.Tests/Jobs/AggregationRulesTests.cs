using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

/// <summary>Rules between federation.aggregation, attack and the rest of a job.</summary>
public sealed class AggregationRulesTests
{
    [Theory]
    [InlineData("federation: {aggregation: {rule: krum, attackers: 2}}",
        "line 2, federation.aggregation.rule: krum with attackers 2 needs n ≥ 2 f + 3 = 7 updates, and there are 1 with federation.cohort.minimum 1; set that to 7 or more.")]
    [InlineData("federation: {cohort: {minimum: 10}, aggregation: {rule: bulyan, attackers: 2}}",
        "line 2, federation.aggregation.rule: bulyan with attackers 2 needs n ≥ 4 f + 3 = 11 updates, and there are 10 with federation.cohort.minimum 10; set that to 11 or more.")]
    [InlineData("federation: {cohort: {minimum: 8}, aggregation: {rule: median, attackers: 2, bucketing: 2}}",
        "line 2, federation.aggregation.rule: median with attackers 2 needs n ≥ 2 f + 1 = 5 buckets of 2 updates, which is 9 updates, and there are 8 with federation.cohort.minimum 8; set that to 9 or more.")]
    [InlineData("federation: {aggregation: {attackers: 2}}", "line 2, federation.aggregation.attackers: has no effect with federation.aggregation.rule mean; remove it.")]
    [InlineData("federation: {aggregation: {bucketing: 2}}", "line 2, federation.aggregation.bucketing: has no effect with federation.aggregation.rule mean; remove it.")]
    [InlineData("federation: {cohort: {minimum: 5}, aggregation: {rule: median, select: 2}}", "line 2, federation.aggregation.select: has no effect with federation.aggregation.rule median, only with multi_krum; remove it.")]
    [InlineData("federation: {cohort: {minimum: 3}, aggregation: {rule: fltrust}}", "line 2, federation.aggregation.root: is missing; fltrust needs the name of the client that it trusts, for example client-0.")]
    [InlineData("federation: {cohort: {minimum: 3}, aggregation: {rule: fltrust, root: hospital}}", "line 2, federation.aggregation.root: 'hospital' is none of the clients client-0 to client-9.")]
    [InlineData("federation: {cohort: {minimum: 3}, algorithm: {name: mimelite}, aggregation: {rule: median}}",
        "line 2, federation.aggregation.rule: median does not go with federation.algorithm.name mimelite: its updates carry gradients beside the change of the model; use mean.")]
    [InlineData("federation: {algorithm: {name: fednova}, aggregation: {rule: norm_bound}}",
        "line 2, federation.aggregation.rule: norm_bound does not go with federation.algorithm.name fednova: its mean is normalised by the local work of the clients, which their weights tell; use mean.")]
    [InlineData("attack: {fraction: 0.3}", "line 2, attack.fraction: has no effect with attack.kind none; remove it.")]
    [InlineData("attack: {kind: sign_flip, fraction: 0.3, clients: [client-1]}", "line 2, attack.fraction: has no effect with attack.clients; keep one of them.")]
    [InlineData("attack: {kind: alie, scale: 2}", "line 2, attack.scale: has no effect with attack.kind alie, only with sign_flip, inner_product or model_replacement; remove it.")]
    [InlineData("data: {placement: local}\nattack: {kind: label_flip}", "line 3, attack.kind: label_flip is simulated on clients that all workers can train, so it needs data.placement shared; use that, or none.")]
    [InlineData("federation: {algorithm: {name: mimelite}}\nattack: {kind: gaussian}",
        "line 3, attack.kind: gaussian is not defined for federation.algorithm.name mimelite: its updates carry gradients beside the change of the model; use label_flip or another algorithm.")]
    [InlineData("federation: {cohort: {minimum: 3}, aggregation: {rule: fltrust, root: client-1}}\nattack: {kind: sign_flip, clients: [client-1]}",
        "line 3, attack.clients: 'client-1' is the client that federation.aggregation.root trusts; name others.")]
    public void What_does_not_go_together_is_one_sentence(string text, string error) =>
        Assert.Equal([error], JobReader.Read("model: {name: mlp}\n" + text).Errors.Select(found => found.ToString()));

    [Theory]
    [InlineData("federation: {cohort: {minimum: 7}, aggregation: {rule: krum, attackers: 2}}")]
    [InlineData("federation: {cohort: {minimum: 9}, algorithm: {name: fedprox, server: {optimizer: fedadam}}, aggregation: {rule: trimmed_mean, attackers: 2, bucketing: 2}}")]
    [InlineData("federation: {aggregation: {rule: norm_bound, bound: 0.5}}\nattack: {kind: model_replacement, fraction: 0.1, target: 3}")]
    [InlineData("federation: {cohort: {minimum: 4}, aggregation: {rule: fltrust, root: client-3, attackers: 2}}")]
    public void What_goes_together_is_accepted(string text) => Assert.Empty(JobReader.Read("model: {name: mlp}\n" + text).Errors);

    [Fact]
    public void What_a_rule_keeps_is_told_when_the_job_is_submitted()
    {
        var known = JobReader.Read("model: {layers: [flatten: {}, dense: {units: 10}]}\nfederation: {cohort: {minimum: 8}, aggregation: {rule: median}}").Job!;
        Assert.Equal("median keeps all updates of a round: 10 updates of 650 values of 4 bytes are 26 kB of the coordinator's memory.", Assert.Single(JobNotices.Of(known)));
        var table = JobReader.Read("model: {layers: [dense: {units: 3}]}\ndata: {name: csv, path: a.csv}\nfederation: {cohort: {minimum: 3}, aggregation: {rule: median}}").Job!;
        Assert.Equal("median keeps all updates of a round: 4 bytes × the model's values × 10 updates of the coordinator's memory.", Assert.Single(JobNotices.Of(table)));
        Assert.Empty(JobNotices.Of(JobReader.Read("model: {name: mlp}").Job!));
    }
}
