using Federated.Core.Datasets;
using Federated.Core.Jobs.Describing;
using Federated.Core.Jobs.Reading;
using Federated.Core.Models;
using Federated.Core.Privacy.Differential;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Rounds;

namespace Federated.Core.Jobs.Checking;

/// <summary>What mechanism distributed presumes is so: sums are masked, enough clients of a sum add their shares of the noise, and the shares fit the encoding.</summary>
internal static class DistributedRules
{
    private const string Mechanism = "privacy.differential.mechanism";
    private const string Colluding = "privacy.differential.colluding";
    private const string Bits = "privacy.secure_aggregation.bits";

    /// <summary>Checks who masks, and who adds noise.</summary>
    public static void Check(BoundJob job, DifferentialSpec spec)
    {
        if (!job.Spec.Privacy.SecureAggregation.Enabled)
        {
            job.Report(Mechanism, "distributed needs privacy.secure_aggregation.enabled: a client's share of the noise hides nothing alone, only the sum has enough; set it, or use local.");
            return;
        }
        if (!job.Sound("federation.cohort", "privacy.secure_aggregation")) return;
        var cohort = job.Spec.Federation.Cohort;
        // What is wrong with the cohort itself, or with the masks, is secure aggregation's to say.
        if (cohort.Minimum < SecureAggregationRules.FewestClients) return;
        if (spec.Colluding >= cohort.Minimum)
        {
            job.Report(Colluding, $"{spec.Colluding} leaves nobody whose noise counts in a sum of federation.cohort.minimum {cohort.Minimum} clients; allowed: 0 to {cohort.Minimum - 1}.");
            return;
        }
        var rules = MaskedJob.RulesOf(job.Spec);
        if (rules.Fault() is not null) return;
        // The smallest cohort stands least; in a larger one the graph may be sparse, and stand less than that.
        var (fewest, clients) = (Tolerated(rules, rules.Needed), PlannedNoise.Population(job.Spec));
        var most = clients is { } all && job.Sound("data") && CohortSelection.Wanted(cohort, all) is var wanted && wanted > rules.Needed ? Math.Min(fewest, Tolerated(rules, wanted)) : fewest;
        if (spec.Colluding > most)
            job.Report(Colluding, $"{spec.Colluding} clients and the coordinator could open the masks of others: so few are in a sum, or share its masks; allowed: 0 to {most}.");
    }

    /// <summary>Checks that the noise fits the encoding.</summary>
    public static void CheckNoise(BoundJob job, DifferentialSpec spec)
    {
        if (!job.Sound("privacy", "federation", "data", "model") || !job.Spec.Privacy.SecureAggregation.Enabled) return;
        if (spec.NoiseMultiplier is null && (spec.Epsilon is null || PlannedNoise.Of(job.Spec) is not { Ok: true, NoiseMultiplier: <= 1e6 })) return;
        var (bits, shares, noise) = (job.Spec.Privacy.SecureAggregation.Bits, DistributedNoise.SharesOf(job.Spec), spec.NoiseMultiplier ?? PlannedNoise.Of(job.Spec).NoiseMultiplier);
        if (shares < 1) return;
        if (DistributedNoise.VarianceOf(bits, noise, shares) > DistributedNoise.MostVariance)
        {
            var most = Enumerable.Range(2, 23).Where(fewer => DistributedNoise.VarianceOf(fewer, noise, shares) <= DistributedNoise.MostVariance).LastOrDefault(1);
            job.Report(Bits, $"{bits} are finer than need be with a noise multiplier of {ValueText.Of(noise)}, whose shares would take too long to draw; {(most < 2 ? "lower the noise" : $"allowed: 2 to {most}")}.");
            return;
        }
        if (PlannedNoise.Population(job.Spec) is { } clients && !job.Spec.Model.IsOwn && DatasetCatalog.ShapeOf(job.Spec.Data) is { } shape && ModelPlanner.Plan(job.Spec.Model, shape).Plan is { } plan
            && new MaskedJob(job.Spec).WhyNot(CohortSelection.Asked(job.Spec.Federation.Cohort, clients), plan.Schema.Count) is { } why)
            job.Report(Bits, $"do not fit: {why}");
    }

    // Corrupt clients that cannot open a mask: fewer than the threshold in a complete graph, a share of all in a sparse one.
    private static int Tolerated(MaskingRules rules, int clients) =>
        MaskingGraph.Choose(clients, rules) is { Complete: false } ? (int)(rules.Corrupt * clients) : MaskingGraph.Choose(clients, rules).Threshold - 1;
}
