using Federated.Core.Algorithms;
using Federated.Core.Datasets;
using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;
using Federated.Core.Models;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Rounds;

namespace Federated.Core.Jobs.Checking;

/// <summary>What needs to see single clients does not go with secure aggregation, which shows sums alone.</summary>
internal static class SecureAggregationRules
{
    /// <summary>Fewest clients of a masked sum: of two, each could take its own update off the sum and have the other's.</summary>
    public const int FewestClients = 3;

    private const string With = "does not go with privacy.secure_aggregation";

    /// <summary>Checks secure aggregation.</summary>
    public static void Check(BoundJob job)
    {
        if (!job.Sound("privacy.secure_aggregation.enabled") || !job.Spec.Privacy.SecureAggregation.Enabled) return;
        CheckFederation(job, job.Spec.Federation);
        CheckProtocol(job, job.Spec.Privacy.SecureAggregation);
        CheckLabels(job);
        if (job.Sound("evaluation.per_client") && job.Spec.Evaluation.PerClient) job.Report("evaluation.per_client", $"{With}: it reports each client apart; remove it.");
        if (job.Sound("model") && !job.Spec.Model.Layers.IsDefaultOrEmpty && job.Spec.Model.Layers[0] is NormalizeLayer)
            job.Report("model.layers", $"normalize {With}: it asks each client for the moments of its features; use batch_norm or layer_norm, or standardise the data beforehand.");
        if (job.Sound("attack") && job.Spec.Attack.Kind is AttackKind.InnerProduct or AttackKind.Alie)
            job.Report("attack.kind", $"{ValueText.Of(job.Spec.Attack.Kind)} {With}: its attackers know the updates of others, which nobody learns; use another attack.");
    }

    private static void CheckProtocol(BoundJob job, SecureAggregationSpec spec)
    {
        if (!job.Sound("privacy.secure_aggregation")) return;
        if (job.Sound("data.clients", "data.partition", "data.placement", "federation.cohort") && job.Spec.Data is { Placement: Placement.Shared, Partition.Kind: not PartitionKind.Natural } data
            && CohortSelection.Asked(job.Spec.Federation.Cohort, data.Clients) is var asked && RingCodec.RingBitsOf(spec.Bits, asked) is > RingCodec.MaxRingBits and var ring)
            job.Report("privacy.secure_aggregation.bits", $"{spec.Bits} are too many for rounds of {asked} clients, whose sum needs {ring} bits a value of at most {RingCodec.MaxRingBits}; allowed: 2 to {spec.Bits - ring + RingCodec.MaxRingBits}.");
        if (spec is { Threshold: { } threshold, Neighbours: { } neighbours } && threshold > neighbours + 1)
            job.Report("privacy.secure_aggregation.threshold", $"{threshold} shares are more than there are with privacy.secure_aggregation.neighbours {neighbours}: a client's own and one of each neighbour; allowed: 2 to {neighbours + 1}.");
        if (spec.RequireIdentities && spec.Neighbours is not null)
            job.Report("privacy.secure_aggregation.neighbours", "has no effect with privacy.secure_aggregation.require_identities, where each client masks with all others; remove it.");
        if (spec.RequireIdentities && job.Sound("data.placement") && job.Spec.Data.Placement != Placement.Local)
            job.Report("privacy.secure_aggregation.require_identities", "needs data.placement local: clients that any worker can train have no identity of their own. Use that, or remove it.");
    }

    private static void CheckLabels(BoundJob job)
    {
        const string Key = "privacy.secure_aggregation.label_counts";
        if (!job.Sound(Key) || !job.Spec.Privacy.SecureAggregation.LabelCounts) return;
        if (job.Sound("data") && DatasetCatalog.ObjectiveOf(job.Spec.Data) is { } objective && MaskedLabels.Refusal(objective, DatasetCatalog.ShapeOf(job.Spec.Data)?.Classes ?? 0) is { } why)
            job.Report(Key, why + ".");
        if (job.Sound("privacy.differential.mechanism") && job.Spec.Privacy.Differential.Mechanism is not PrivacyMechanism.None and var mechanism)
            job.Report(Key, $"does not go with privacy.differential.mechanism {ValueText.Of(mechanism)}: the counts would leave without noise, beside what the guarantee covers; remove it.");
    }

    private static void CheckFederation(BoundJob job, FederationSpec federation)
    {
        if (job.Sound("federation.mode") && federation.Mode != FederationMode.Synchronous)
            job.Report("federation.mode", $"{ValueText.Of(federation.Mode)} {With}: masks cancel among clients that start from one version and end together; use synchronous.");
        if (job.Sound("federation.aggregation") && federation.Aggregation.Rule != AggregationRule.Mean)
            job.Report("federation.aggregation.rule", federation.Aggregation.Rule == AggregationRule.NormBound
                ? $"norm_bound {With}: the coordinator cannot measure what it cannot see; use mean. Clients cut values off at privacy.secure_aggregation.clip."
                : $"{ValueText.Of(federation.Aggregation.Rule)} {With}: it compares single updates, which nobody sees; use mean.");
        if (job.Sound("federation.algorithm.name") && AlgorithmCatalog.Find(federation.Algorithm.Name).NotMasked is { } why)
            job.Report("federation.algorithm.name", $"{federation.Algorithm.Name} {With}: {why}; use another algorithm, for example fedavg.");
        if (!job.Sound("federation.cohort")) return;
        if (CohortSelection.Remembers(federation.Cohort.Selection.Kind))
            job.Report("federation.cohort.selection.kind", $"{ValueText.Of(federation.Cohort.Selection.Kind)} {With}: it looks at the examples, losses or times of single clients; use uniform.");
        if (federation.Cohort.Minimum < FewestClients)
            job.Report("federation.cohort.minimum", $"{federation.Cohort.Minimum} {With}: of the sum of two clients each can take its own update off, and one has nobody to hide among; set it to {FewestClients} or more.");
    }
}
