using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;

namespace Federated.Core.Jobs.Checking;

/// <summary>A rule gets as many updates as it needs, and of a kind that it can judge.</summary>
internal static class AggregationRules
{
    /// <summary>Checks the aggregation.</summary>
    public static void Check(BoundJob job)
    {
        if (!job.Sound("federation.aggregation")) return;
        var (federation, fit) = (job.Spec.Federation, new AggregationFit(job.Spec.Federation.Aggregation));
        var (rule, word) = (federation.Aggregation.Rule, ValueText.Of(federation.Aggregation.Rule));
        if (rule == AggregationRule.FlTrust && federation.Aggregation.Root is null)
            job.Report("federation.aggregation.root", "is missing; fltrust needs the name of the client that it trusts, for example client-0.");
        if (federation.Aggregation.Root is { } root && job.Spec.Data is { Placement: Placement.Shared, Partition.Kind: not PartitionKind.Natural } data
            && job.Sound("data.clients", "data.partition", "data.placement") && !Enumerable.Range(0, data.Clients).Any(number => root == $"client-{number}"))
            job.Report("federation.aggregation.root", $"'{JobErrors.Show(root)}' is none of the clients client-0 to client-{data.Clients - 1}.");
        if (fit.SeesUpdates && job.Sound("federation.algorithm.name") && AlgorithmCatalog.Find(federation.Algorithm.Name).NotPlain is { } why)
            job.Report("federation.aggregation.rule", $"{word} does not go with federation.algorithm.name {federation.Algorithm.Name}: {why}; use mean.");
        if (job.Sound("federation.cohort") && fit.TooFew(federation.Cohort.Minimum) is { } tooFew)
            job.Report("federation.aggregation.rule", $"{tooFew[..^1]} with federation.cohort.minimum {federation.Cohort.Minimum}; set that to {fit.Least} or more.");
    }
}
