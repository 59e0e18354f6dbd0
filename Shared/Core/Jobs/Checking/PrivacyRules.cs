using Federated.Core.Algorithms;
using Federated.Core.Datasets;
using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;
using Federated.Core.Models;
using Federated.Core.Privacy.Differential;
using Federated.Core.Rounds;

namespace Federated.Core.Jobs.Checking;

/// <summary>What a guarantee of differential privacy presumes is so: noise is given one way, nothing of the clients' data goes round the noise, and who takes part follows from lots alone.</summary>
internal static class PrivacyRules
{
    private const string Mechanism = "privacy.differential.mechanism";

    // Their client halves touch the data in plain local steps alone, which are the ones that are noised.
    private static readonly string[] OfPlainSteps = [FedAvg.Info.Name, FedProx.Info.Name];

    /// <summary>Checks privacy.</summary>
    public static void Check(BoundJob job)
    {
        if (!job.Sound("privacy") || job.Spec.Privacy.Differential is not { Mechanism: not PrivacyMechanism.None } spec) return;
        var word = ValueText.Of(spec.Mechanism);
        CheckMode(job, word);
        CheckAlgorithm(job, spec, word);
        CheckSelection(job, spec, word);
        CheckModel(job, word);
        if (spec.TrustsCoordinator) CheckSum(job, word);
        if (spec.Mechanism == PrivacyMechanism.Tree) CheckTree(job, spec);
        if (spec.Mechanism == PrivacyMechanism.Example) CheckExamples(job, word);
        if (job.Sound("evaluation") && job.Spec.Evaluation.PerClient)
            job.Report("evaluation.per_client", $"does not go with {Mechanism} {word}: figures of single clients are exact and have no noise; remove it.");
        if (spec.Mechanism == PrivacyMechanism.Distributed) DistributedRules.Check(job, spec);
        else if (job.Spec.Privacy.SecureAggregation.Enabled)
            job.Report(Mechanism, spec.TrustsCoordinator
                ? $"{word} does not go with privacy.secure_aggregation.enabled, which hides from the coordinator the updates whose length it has to check; use one of the two, or distributed."
                : $"{word} does not go with privacy.secure_aggregation.enabled: what clients mask beside their updates, sums over their training, has no noise; use one of the two, or distributed.");
        CheckNoise(job, spec, word);
        if (spec.Mechanism == PrivacyMechanism.Distributed) DistributedRules.CheckNoise(job, spec);
    }

    private static void CheckNoise(BoundJob job, DifferentialSpec spec, string word)
    {
        const string Noise = "privacy.differential.noise_multiplier";
        if (spec is { NoiseMultiplier: null, Epsilon: null })
            job.Report(Noise, $"is missing; {word} needs it{(spec.Mechanism == PrivacyMechanism.Example ? "" : ", or privacy.differential.epsilon, from which it follows")}.");
        else if (spec is { NoiseMultiplier: not null, Epsilon: not null })
            job.Report(Noise, "follows from privacy.differential.epsilon; keep one of the two. An ε above which no round begins is privacy.differential.limit.");
        if (spec is { NoiseMultiplier: { } given, Adaptive: { Enabled: true, CountNoise: { } count } }) CheckCount(job, count, given);
        if (!job.Sound("data", "federation.cohort", "federation.rounds")) return;
        if (spec.Mechanism != PrivacyMechanism.Example && PlannedNoise.Population(job.Spec) is { } clients && spec.Delta * clients >= 1)
            job.Report("privacy.differential.delta", $"{ValueText.Of(spec.Delta)} promises nothing to {clients} clients: the data of one of them could be shown to all. Allowed: below {ValueText.Of(1.0 / clients)}, better far below.");
        if (!job.Sound("privacy") || !job.Sound("federation")) return;
        var refused = PlannedNoise.Refusal(job.Spec);
        if (refused is not null) job.Report("privacy.differential.accountant", $"{ValueText.Of(spec.Accountant)} cannot be used: {refused}");
        if (spec.Epsilon is null || refused is not null) return;
        if (PrivacyPlan.IsDrawnInSecret(job.Spec) && job.Spec.Federation.Cohort.Selection.Kind == SelectionKind.Uniform && PlannedNoise.Population(job.Spec) is null)
            job.Report("privacy.differential.epsilon", "needs the number of clients, which only the workers know here; give noise_multiplier, or use federation.cohort.selection.kind poisson, whose guarantee needs only the fraction.");
        else if (PlannedNoise.Of(job.Spec) is { Ok: false } found)
            job.Report("privacy.differential.epsilon", $"cannot be kept by any noise: {found.Refusal}");
        else if (PlannedNoise.Of(job.Spec).NoiseMultiplier is > 1e6 and var multiplier)
            job.Report("privacy.differential.epsilon", $"needs a noise multiplier of {ValueText.Of(multiplier)}, above 1e6: nothing would be learnt; allow more, or fewer federation.rounds.");
        else if (spec.Adaptive is { Enabled: true, CountNoise: { } counts }) CheckCount(job, counts, PlannedNoise.Of(job.Spec).NoiseMultiplier);
        if (spec.Limit is { } limit && spec.Epsilon is { } epsilon && limit < epsilon)
            job.Report("privacy.differential.limit", $"{ValueText.Of(limit)} is below privacy.differential.epsilon {ValueText.Of(epsilon)}, which is reached by the last round; remove it, or lower epsilon.");
    }

    private static void CheckCount(BoundJob job, double count, double noise)
    {
        if (2 * count <= noise)
            job.Report("privacy.differential.adaptive.count_noise", $"{ValueText.Of(count)} is no more than half of the noise multiplier {ValueText.Of(noise)}: the number of short updates alone would tell more than the guarantee allows. Allowed: above {ValueText.Of(noise / 2)}.");
    }

    private static void CheckMode(BoundJob job, string word)
    {
        if (job.Sound("federation.mode") && job.Spec.Federation.Mode != FederationMode.Synchronous)
            job.Report("federation.mode", $"{ValueText.Of(job.Spec.Federation.Mode)} does not go with {Mechanism} {word}: how often a client takes part follows from its speed; use synchronous.");
    }

    private static void CheckAlgorithm(BoundJob job, DifferentialSpec spec, string word)
    {
        if (!job.Sound("federation.algorithm.name")) return;
        var algorithm = job.Spec.Federation.Algorithm;
        if (AlgorithmCatalog.Find(algorithm.Name).NotPlain is { } why)
            job.Report(Mechanism, $"{word} does not go with federation.algorithm.name {algorithm.Name}: {why}; use fedavg, or none.");
        else if (spec.Mechanism == PrivacyMechanism.Example && !OfPlainSteps.Contains(algorithm.Name))
            job.Report(Mechanism, $"example does not go with federation.algorithm.name {algorithm.Name}, which looks at examples beside plain local steps; use {Words.List(OfPlainSteps)}.");
        if (algorithm is { Name: "fedprox", AdaptiveMu: true } && job.Sound("federation.algorithm"))
            job.Report("federation.algorithm.adaptive_mu", $"follows the training loss, which has no noise, and so does not go with {Mechanism} {word}; remove it.");
    }

    private static void CheckSelection(BoundJob job, DifferentialSpec spec, string word)
    {
        if (!job.Sound("federation.cohort")) return;
        var cohort = job.Spec.Federation.Cohort;
        if (CohortSelection.Remembers(cohort.Selection.Kind))
            job.Report("federation.cohort.selection.kind", $"{ValueText.Of(cohort.Selection.Kind)} looks at losses or sizes of the clients, which have no noise, and so does not go with {Mechanism} {word}; use {(spec.Mechanism == PrivacyMechanism.Tree ? "round_robin" : "uniform or poisson")}.");
        else if (spec.Mechanism == PrivacyMechanism.Tree && cohort.Selection.Kind != SelectionKind.RoundRobin)
            job.Report("federation.cohort.selection.kind", $"{ValueText.Of(cohort.Selection.Kind)} does not go with {Mechanism} {word}: lots may draw a client twice in one tree, and the guarantee reckons with once; use round_robin.");
        if (!spec.TrustsCoordinator) return;
        if (cohort.OverSelect > 1)
            job.Report("federation.cohort.over_select", $"{ValueText.Of(cohort.OverSelect)} does not go with {Mechanism} {word}: the fastest clients would count, and who counts must follow from {(spec.Mechanism == PrivacyMechanism.Tree ? "turns" : "lots")} alone; remove it.");
        if (cohort is { Selection.Kind: SelectionKind.Poisson, Fraction: < 1, Minimum: > 1 })
            job.Report("federation.cohort.minimum", $"{cohort.Minimum} does not go with {Mechanism} {word} and selection poisson: whether a round counts would tell how many were drawn, so it counts with however many there are; remove it.");
    }

    private static void CheckModel(BoundJob job, string word)
    {
        if (!job.Sound("model", "data.name") || job.Spec.Model.IsOwn || DatasetCatalog.ShapeOf(job.Spec.Data) is not { } shape) return;
        if (ModelPlanner.Plan(job.Spec.Model, shape).Plan is { } plan && BoundedModel.Refusal(plan.Schema) is { } refusal)
            job.Report(Mechanism, $"{word} does not go with this model: {refusal}.");
    }

    // The coordinator bounds what one client adds to the sum.
    private static void CheckSum(BoundJob job, string word)
    {
        if (job.Sound("federation.aggregation") && job.Spec.Federation.Aggregation.Rule != AggregationRule.Mean)
            job.Report("federation.aggregation.rule", $"{ValueText.Of(job.Spec.Federation.Aggregation.Rule)} does not go with {Mechanism} {word}, whose noise fits a sum of updates of bounded length; use mean.");
    }

    // Nobody takes part twice in one tree.
    private static void CheckTree(BoundJob job, DifferentialSpec spec)
    {
        const string Every = "privacy.differential.tree.restart_every";
        if (!job.Sound("data", "federation.cohort") || job.Spec.Federation.Cohort.Selection.Kind != SelectionKind.RoundRobin) return;
        if (TreeSchedule.Pass(job.Spec) is not { } pass)
        {
            if (spec.Tree.RestartEvery is null)
                job.Report(Every, "is missing: only the workers know here how many clients there are; give for how many rounds there are clients when each takes part once.");
            return;
        }
        var (clients, wanted) = (job.Spec.Data.Clients, CohortSelection.Wanted(job.Spec.Federation.Cohort, job.Spec.Data.Clients));
        if (pass < 2)
            job.Report("federation.cohort.fraction", $"{ValueText.Of(job.Spec.Federation.Cohort.Fraction)} of {clients} clients makes rounds of {wanted}: nobody may take part twice in one tree, so that no tree has two rounds; lower it, or use {Mechanism} central.");
        else if (spec.Tree.RestartEvery is { } every && every > pass)
            job.Report(Every, $"{every} rounds of {wanted} clients need more than the {clients} that there are: somebody would take part twice in one tree, and the guarantee reckons with once. Allowed: 2 to {pass}.");
    }

    private static void CheckExamples(BoundJob job, string word)
    {
        if (!job.Sound("training")) return;
        var training = job.Spec.Training;
        const string Alone = "each example's gradient is taken alone";
        (string Key, bool Is, string Why)[] others =
        [
            ("training.augmentation.mixup", training.Augmentation.Mixup > 0, "it mixes examples, and the gradient of a mixture is of both"),
            ("training.class_weights", training.ClassWeights is not null, Alone + " and cut, so that weights have no effect"),
            ("training.balance_classes", training.BalanceClasses, "the weights of the classes tell of all examples"),
            ("training.patience", training.Patience is not null, "when a client stops follows from its validation examples, which have no noise"),
        ];
        foreach (var (key, _, why) in others.Where(other => other.Is)) job.Report(key, $"does not go with {Mechanism} {word}: {why}; remove it.");
        if (job.Sound("data.name", "data.ratings") && DataRules.IsImplicit(job.Spec.Data))
            job.Report(Mechanism, $"{word} does not go with ratings of implicit feedback, of which one makes several examples; use central, or data.ratings.feedback explicit.");
    }
}
