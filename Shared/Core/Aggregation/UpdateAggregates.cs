using Federated.Core.Aggregation.Rules;
using Federated.Core.Jobs;
using Federated.Core.Privacy;
using Federated.Core.Privacy.Differential;
using Federated.Core.Randomness;

namespace Federated.Core.Aggregation;

/// <summary>Aggregates by the job's federation.aggregation.</summary>
public static class UpdateAggregates
{
    /// <summary>An empty one.</summary>
    /// <param name="job">A checked job.</param>
    /// <param name="length">U, at least 1.</param>
    /// <param name="threads">That may share the work, at least 1; their number does not change the result.</param>
    /// <param name="noise">Where the coordinator's noise comes from; null for the operating system's source.</param>
    public static IUpdateAggregate Create(JobSpec job, int length, int threads, ISecureRandom? noise = null)
    {
        if (job.Privacy.Differential.TrustsCoordinator) return new NoisySum(PrivacyPlan.Of(job)!, length, noise ?? SystemRandom.Instance);
        var spec = job.Federation.Aggregation;
        var fit = new AggregationFit(spec);
        if (!fit.Keeps) return spec.Rule == AggregationRule.Mean ? new WeightedMean(length, threads) : new BoundedMean(length, spec.Bound, threads);
        return spec.Rule == AggregationRule.CenteredClipping ? new CenteredUpdates(length, RuleOf, fit, threads) : new KeptUpdates(length, RuleOf, fit, threads);

        IRobustRule RuleOf(int round) => spec.Bucketing == 1 ? Create(spec) : new Buckets(spec.Bucketing, Create(spec), new RandomStream(SeedTree.Derive(job.Seed, "buckets", round)));
    }

    private static IRobustRule Create(AggregationSpec spec) => spec.Rule switch
    {
        AggregationRule.Median => new CoordinateMedian(),
        AggregationRule.TrimmedMean => new TrimmedMean(spec.Attackers),
        AggregationRule.Krum => new Krum(spec.Attackers, select: 1),
        AggregationRule.MultiKrum => new Krum(spec.Attackers, spec.Select),
        AggregationRule.Bulyan => new Bulyan(spec.Attackers),
        AggregationRule.GeometricMedian => new GeometricMedian(spec.MedianSteps, spec.Smoothing),
        AggregationRule.NormBound => new NormBound(spec.Bound),
        AggregationRule.CenteredClipping => new CenteredClipping(spec.Radius, spec.ClippingSteps),
        AggregationRule.FlTrust => new FlTrust(),
        _ => throw new ArgumentException($"{spec.Rule} keeps no updates.", nameof(spec)),
    };
}
