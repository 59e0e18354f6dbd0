using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

/// <summary>Rules between privacy.differential and the rest of a job.</summary>
public sealed class PrivacyRulesTests
{
    private const string Central = "privacy: {differential: {mechanism: central, noise_multiplier: 1, delta: 1e-3}}\n";
    private const string Example = "privacy: {differential: {mechanism: example, noise_multiplier: 1}}\n";
    private const string Tree = "privacy: {differential: {mechanism: tree, noise_multiplier: 1, delta: 1e-3}}\n";
    private const string InTurn = "federation: {cohort: {fraction: 0.2, selection: {kind: round_robin}";
    private const string Distributed = "federation: {cohort: {minimum: 5}}\nprivacy: {secure_aggregation: {enabled: true}, differential: {mechanism: distributed";
    private const string Masked = "federation: {cohort: {minimum: 5}}\nprivacy: {differential: {mechanism: distributed, noise_multiplier: 1}, secure_aggregation: {enabled: true";
    private const string With = "privacy.differential.mechanism central";

    [Theory]
    [InlineData("privacy: {differential: {mechanism: central}}", "privacy.differential.noise_multiplier: is missing; central needs it, or privacy.differential.epsilon, from which it follows.")]
    [InlineData("privacy: {differential: {mechanism: example}}", "privacy.differential.noise_multiplier: is missing; example needs it.")]
    [InlineData("privacy: {differential: {mechanism: central, noise_multiplier: 1, epsilon: 2}}",
        "privacy.differential.noise_multiplier: follows from privacy.differential.epsilon; keep one of the two. An ε above which no round begins is privacy.differential.limit.")]
    [InlineData("privacy: {differential: {noise_multiplier: 1}}", "privacy.differential.noise_multiplier: has no effect with privacy.differential.mechanism none; remove it.")]
    [InlineData("privacy: {differential: {mechanism: example, noise_multiplier: 1, epsilon: 3}}", "privacy.differential.epsilon: has no effect with privacy.differential.mechanism example, only with central, tree, local or distributed; remove it.")]
    [InlineData("privacy: {differential: {mechanism: local, noise_multiplier: 1, adaptive: {enabled: true}}}", "privacy.differential.adaptive: does not go with privacy.differential.mechanism local: how many updates are no longer than C would need noise of each client's own; remove it, or use central.")]
    [InlineData("privacy: {differential: {mechanism: central, noise_multiplier: 1, delta: 0.5}}",
        "privacy.differential.delta: 0.5 promises nothing to 10 clients: the data of one of them could be shown to all. Allowed: below 0.1, better far below.")]
    [InlineData("privacy: {differential: {mechanism: central, epsilon: 3, delta: 1e-13, accountant: pld}}",
        "privacy.differential.accountant: pld cannot be used: Loss distributions are rounded to float64 and say nothing of a delta below 1e-12, which 1e-13 is: use the renyi accountant.")]
    [InlineData("privacy: {differential: {accountant: pld}}", "privacy.differential.accountant: has no effect with privacy.differential.mechanism none; remove it.")]
    [InlineData("privacy: {differential: {mechanism: central, epsilon: 3, limit: 2}}", "privacy.differential.limit: 2.0 is below privacy.differential.epsilon 3.0, which is reached by the last round; remove it, or lower epsilon.")]
    [InlineData("privacy: {differential: {mechanism: central, noise_multiplier: 2, adaptive: {enabled: true, count_noise: 1}}}",
        "privacy.differential.adaptive.count_noise: 1.0 is no more than half of the noise multiplier 2.0: the number of short updates alone would tell more than the guarantee allows. Allowed: above 1.0.")]
    [InlineData(Central + "federation: {mode: fedbuff, asynchronous: {buffer: 2}}", "federation.mode: fedbuff does not go with " + With + ": how often a client takes part follows from its speed; use synchronous.")]
    [InlineData(Central + "federation: {algorithm: {name: scaffold}}",
        "privacy.differential.mechanism: central does not go with federation.algorithm.name scaffold: its updates carry changes of control variates beside the change of the model; use fedavg, or none.")]
    [InlineData(Central + "federation: {algorithm: {name: fedprox, adaptive_mu: true}}", "federation.algorithm.adaptive_mu: follows the training loss, which has no noise, and so does not go with " + With + "; remove it.")]
    [InlineData(Central + "federation: {cohort: {minimum: 5}, aggregation: {rule: median}}", "federation.aggregation.rule: median does not go with " + With + ", whose noise fits a sum of updates of bounded length; use mean.")]
    [InlineData(Central + "federation: {cohort: {fraction: 0.5, selection: {kind: oort}}}",
        "federation.cohort.selection.kind: oort looks at losses or sizes of the clients, which have no noise, and so does not go with " + With + "; use uniform or poisson.")]
    [InlineData(Central + "federation: {cohort: {fraction: 0.5, over_select: 1.5}}",
        "federation.cohort.over_select: 1.5 does not go with " + With + ": the fastest clients would count, and who counts must follow from lots alone; remove it.")]
    [InlineData(Central + "federation: {cohort: {fraction: 0.5, minimum: 2, selection: {kind: poisson}}}",
        "federation.cohort.minimum: 2 does not go with " + With + " and selection poisson: whether a round counts would tell how many were drawn, so it counts with however many there are; remove it.")]
    [InlineData(Central + "data: {validation: 0.2}\nevaluation: {per_client: true}", "evaluation.per_client: does not go with " + With + ": figures of single clients are exact and have no noise; remove it.")]
    [InlineData(Example + "federation: {algorithm: {name: fedsam}}",
        "privacy.differential.mechanism: example does not go with federation.algorithm.name fedsam, which looks at examples beside plain local steps; use fedavg or fedprox.")]
    [InlineData("privacy: {differential: {mechanism: example, noise_multiplier: 1, adaptive: {enabled: true}}}",
        "privacy.differential.adaptive: does not go with privacy.differential.mechanism example: it follows the lengths of updates, and here those of gradients are cut; remove it, or use central.")]
    [InlineData("privacy: {differential: {adaptive: {enabled: true}}}", "privacy.differential.adaptive: has no effect with privacy.differential.mechanism none, only with central; remove it.")]
    [InlineData(Example + "training: {augmentation: {mixup: 0.2}}", "training.augmentation.mixup: does not go with privacy.differential.mechanism example: it mixes examples, and the gradient of a mixture is of both; remove it.")]
    [InlineData(Example + "training: {balance_classes: true}", "training.balance_classes: does not go with privacy.differential.mechanism example: the weights of the classes tell of all examples; remove it.")]
    [InlineData(Example + "data: {validation: 0.2}\ntraining: {patience: 2}",
        "training.patience: does not go with privacy.differential.mechanism example: when a client stops follows from its validation examples, which have no noise; remove it.")]
    [InlineData("privacy: {secure_aggregation: {enabled: true}, differential: {mechanism: central, noise_multiplier: 1}}\nfederation: {cohort: {minimum: 3}}",
        "privacy.differential.mechanism: central does not go with privacy.secure_aggregation.enabled, which hides from the coordinator the updates whose length it has to check; use one of the two, or distributed.")]
    [InlineData("privacy: {secure_aggregation: {enabled: true}, differential: {mechanism: local, noise_multiplier: 1}}\nfederation: {cohort: {minimum: 3}}",
        "privacy.differential.mechanism: local does not go with privacy.secure_aggregation.enabled: what clients mask beside their updates, sums over their training, has no noise; use one of the two, or distributed.")]
    [InlineData("privacy: {differential: {mechanism: central, epsilon: 2}}\ndata: {placement: local}\nfederation: {cohort: {fraction: 0.5}}",
        "privacy.differential.epsilon: needs the number of clients, which only the workers know here; give noise_multiplier, or use federation.cohort.selection.kind poisson, whose guarantee needs only the fraction.")]
    [InlineData(Tree + "federation: {cohort: {fraction: 0.2}}",
        "federation.cohort.selection.kind: uniform does not go with privacy.differential.mechanism tree: lots may draw a client twice in one tree, and the guarantee reckons with once; use round_robin.")]
    [InlineData(Tree + "federation: {cohort: {fraction: 0.2, selection: {kind: poisson}}}",
        "federation.cohort.selection.kind: poisson does not go with privacy.differential.mechanism tree: lots may draw a client twice in one tree, and the guarantee reckons with once; use round_robin.")]
    [InlineData(Tree + "federation: {cohort: {fraction: 0.2, selection: {kind: oort}}}",
        "federation.cohort.selection.kind: oort looks at losses or sizes of the clients, which have no noise, and so does not go with privacy.differential.mechanism tree; use round_robin.")]
    [InlineData(Tree + "federation: {cohort: {fraction: 0.7, selection: {kind: round_robin}}}",
        "federation.cohort.fraction: 0.7 of 10 clients makes rounds of 7: nobody may take part twice in one tree, so that no tree has two rounds; lower it, or use privacy.differential.mechanism central.")]
    [InlineData("privacy: {differential: {mechanism: tree, noise_multiplier: 1, delta: 1e-3, tree: {restart_every: 6}}}\n" + InTurn + "}}",
        "privacy.differential.tree.restart_every: 6 rounds of 2 clients need more than the 10 that there are: somebody would take part twice in one tree, and the guarantee reckons with once. Allowed: 2 to 5.")]
    [InlineData("privacy: {differential: {mechanism: tree, epsilon: 4, delta: 1e-3}}\ndata: {placement: local}\n" + InTurn + "}}",
        "privacy.differential.tree.restart_every: is missing: only the workers know here how many clients there are; give for how many rounds there are clients when each takes part once.")]
    [InlineData("privacy: {differential: {mechanism: central, noise_multiplier: 1, tree: {restart_every: 6}}}", "privacy.differential.tree: has no effect with privacy.differential.mechanism central, only with tree; remove it.")]
    [InlineData("privacy: {differential: {mechanism: tree, noise_multiplier: 1, delta: 1e-3, adaptive: {enabled: true}}}\n" + InTurn + "}}",
        "privacy.differential.adaptive: does not go with privacy.differential.mechanism tree: the nodes of a tree have noise for one length; remove it, or use central.")]
    [InlineData(Tree + InTurn + ", over_select: 1.5}}",
        "federation.cohort.over_select: 1.5 does not go with privacy.differential.mechanism tree: the fastest clients would count, and who counts must follow from turns alone; remove it.")]
    [InlineData(Tree + InTurn + "}, aggregation: {rule: norm_bound, bound: 1}}",
        "federation.aggregation.rule: norm_bound does not go with privacy.differential.mechanism tree, whose noise fits a sum of updates of bounded length; use mean.")]
    [InlineData("privacy: {secure_aggregation: {enabled: true}, differential: {mechanism: tree, noise_multiplier: 1}}\n" + InTurn + ", minimum: 3}}",
        "privacy.differential.mechanism: tree does not go with privacy.secure_aggregation.enabled, which hides from the coordinator the updates whose length it has to check; use one of the two, or distributed.")]
    [InlineData("privacy: {differential: {mechanism: distributed, noise_multiplier: 1, delta: 1e-3}}\nfederation: {cohort: {minimum: 3}}",
        "privacy.differential.mechanism: distributed needs privacy.secure_aggregation.enabled: a client's share of the noise hides nothing alone, only the sum has enough; set it, or use local.")]
    [InlineData(Distributed + ", noise_multiplier: 1, colluding: 5}}", "privacy.differential.colluding: 5 leaves nobody whose noise counts in a sum of federation.cohort.minimum 5 clients; allowed: 0 to 4.")]
    [InlineData(Distributed + ", noise_multiplier: 1, colluding: 4}}", "privacy.differential.colluding: 4 clients and the coordinator could open the masks of others: so few are in a sum, or share its masks; allowed: 0 to 3.")]
    [InlineData(Distributed + ", noise_multiplier: 1, adaptive: {enabled: true}}}", "privacy.differential.adaptive: does not go with privacy.differential.mechanism distributed: how many updates are no longer than C would need integer noise of its own inside the masked sum; remove it, or use central.")]
    [InlineData("privacy: {differential: {mechanism: local, noise_multiplier: 1, colluding: 2}}", "privacy.differential.colluding: has no effect with privacy.differential.mechanism local, only with distributed; remove it.")]
    [InlineData(Distributed + "}}", "privacy.differential.noise_multiplier: is missing; distributed needs it, or privacy.differential.epsilon, from which it follows.")]
    [InlineData(Distributed + ", noise_multiplier: 1, delta: 0.2}}",
        "privacy.differential.delta: 0.2 promises nothing to 10 clients: the data of one of them could be shown to all. Allowed: below 0.1, better far below.")]
    [InlineData(Distributed + ", noise_multiplier: 9}}", "privacy.secure_aggregation.bits: 16 are finer than need be with a noise multiplier of 9.0, whose shares would take too long to draw; allowed: 2 to 13.")]
    [InlineData(Masked + ", weighting: examples}}",
        "privacy.secure_aggregation.weighting: has no effect with privacy.differential.mechanism distributed; remove it.")]
    [InlineData(Masked + ", clip: 0.5}}",
        "privacy.secure_aggregation.clip: has no effect with privacy.differential.mechanism distributed; remove it.")]
    [InlineData(Masked + ", bits: 4}}",
        "privacy.secure_aggregation.bits: do not fit: with 4 bits a value rounding would make an update of 55210 values longer by more than a tenth of privacy.differential.clip; raise privacy.secure_aggregation.bits.")]
    public void What_does_not_go_together_is_one_sentence(string text, string error) =>
        Assert.Equal([error], JobReader.Read("model: {name: mlp}\n" + text).Errors.Select(found => $"{found.Path}: {found.Message}"));

    [Theory]
    [InlineData("batch_norm", "'3.running_mean' are running statistics: they mix the examples of a batch, and noise could make a variance negative; use group_norm or layer_norm.")]
    public void A_model_learns_through_gradients_alone(string layer, string reason)
    {
        var read = JobReader.Read($"model: {{layers: [flatten: {{}}, dense: {{units: 8}}, {layer}: {{}}, dense: {{units: 10}}]}}\n{Central}");
        Assert.EndsWith(reason, Assert.Single(read.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Central)]
    [InlineData("privacy: {differential: {mechanism: central, epsilon: 4, delta: 1e-3, adaptive: {enabled: true, quantile: 0.8}}}\nfederation: {cohort: {fraction: 0.5, selection: {kind: poisson}}}")]
    [InlineData(Central + "federation: {algorithm: {name: fedavg, server_learning_rate: 0.1, server: {optimizer: fedadam}}}")]
    [InlineData(Central + "federation: {algorithm: {name: moon}}")]
    [InlineData("privacy: {differential: {mechanism: local, epsilon: 400, delta: 1e-3, accountant: pld}}")]
    [InlineData("privacy: {differential: {mechanism: local, epsilon: 400, delta: 1e-3}}\nfederation: {cohort: {minimum: 5}, aggregation: {rule: median}}")]
    [InlineData(Tree + InTurn + "}, algorithm: {name: fedavg, server: {optimizer: fedavgm}}}")]
    [InlineData("privacy: {differential: {mechanism: tree, epsilon: 4, delta: 1e-3, tree: {restart_every: 3}}}\ndata: {placement: local}\n" + InTurn + "}}")]
    [InlineData(Example + "federation: {cohort: {fraction: 0.5, over_select: 1.5}, algorithm: {name: fedprox}}\ntraining: {optimizer: {name: adam}}")]
    [InlineData(Distributed + ", noise_multiplier: 1, colluding: 3}}")]
    [InlineData(Distributed + ", epsilon: 8, delta: 1e-3, limit: 9}}")]
    [InlineData("federation: {cohort: {fraction: 0.5, minimum: 4, over_select: 1.5}}\nprivacy: {secure_aggregation: {enabled: true}, differential: {mechanism: distributed, noise_multiplier: 1}}")]
    public void What_goes_together_is_accepted(string text) => Assert.Empty(JobReader.Read("model: {name: mlp}\n" + text).Errors);
}
