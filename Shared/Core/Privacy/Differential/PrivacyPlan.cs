using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Rounds;

namespace Federated.Core.Privacy.Differential;

/// <summary>What a job's differential privacy comes to: how much noise where, and what each release is to an accountant. Immutable.</summary>
public sealed record PrivacyPlan
{
    private PrivacyPlan(JobSpec job, double noise) => (Job, NoiseMultiplier) = (job, noise);

    /// <value>The checked job.</value>
    public JobSpec Job { get; }

    /// <value>z: the job's, or the smallest with which its rounds keep its ε.</value>
    public double NoiseMultiplier { get; }

    /// <value>The job's keys.</value>
    public DifferentialSpec Spec => Job.Privacy.Differential;

    /// <value>Who adds noise.</value>
    public PrivacyMechanism Mechanism => Spec.Mechanism;

    /// <value>Whether the coordinator draws who takes part so that nobody else can know, and the guarantee reckons with that.</value>
    public bool DrawsInSecret => IsDrawnInSecret(Job);

    /// <value>Rounds below each tree of mechanism tree.</value>
    internal int Leaves => TreeSchedule.Leaves(Job);

    /// <value>What the run's guarantee calls neighbours.</value>
    public Adjacency Adjacency => AdjacencyOf(Job);

    /// <value>ε above which no round begins; null for no limit.</value>
    public double? Limit => Spec.Limit ?? Spec.Epsilon;

    /// <summary>The plan of a job; null where it asks for no differential privacy.</summary>
    /// <param name="job">A checked job.</param>
    /// <exception cref="ArgumentException">No noise is found for the ε that the job asks for.</exception>
    public static PrivacyPlan? Of(JobSpec job)
    {
        var spec = job.Privacy.Differential;
        if (spec.Mechanism == PrivacyMechanism.None) return null;
        if (spec.NoiseMultiplier is { } given) return new(job, given);
        var found = PlannedNoise.Of(job);
        return found.Ok ? new(job, found.NoiseMultiplier) : throw new ArgumentException($"No noise keeps privacy.differential.epsilon: {found.Refusal}", nameof(job));
    }

    /// <summary>Whether lots are drawn in secret: where the coordinator is trusted and not everybody takes part in every round.</summary>
    internal static bool IsDrawnInSecret(JobSpec job) => job.Privacy.Differential.Mechanism == PrivacyMechanism.Central
        && job.Federation.Cohort is { Fraction: < 1, Selection.Kind: SelectionKind.Uniform or SelectionKind.Poisson };

    /// <summary>As <see cref="EventOf(int, int)"/>, of noise that is not known yet.</summary>
    internal static PrivacyEvent EventOf(JobSpec job, double noise, int sampled, int population) => (job.Privacy.Differential.Mechanism, job.Federation.Cohort.Selection.Kind) switch
    {
        (PrivacyMechanism.Local, _) => new GaussianEvent(noise, Adjacency.ReplaceOne),
        (PrivacyMechanism.Tree, _) => new TreeEvent(noise, TreeSchedule.Leaves(job)),
        (PrivacyMechanism.Distributed, _) => Masked(noise, RingCodec.LargestOf(job.Privacy.SecureAggregation.Bits)),
        (_, SelectionKind.Poisson) when IsDrawnInSecret(job) => new PoissonSampledEvent(job.Federation.Cohort.Fraction, noise),
        _ when IsDrawnInSecret(job) => new FixedSizeEvent(sampled, population, noise),
        _ => new GaussianEvent(noise),
    };

    /// <summary>How many such events all rounds of a job come to, where no attempt fails and the run never goes back.</summary>
    internal static int Events(JobSpec job) => job.Privacy.Differential.Mechanism == PrivacyMechanism.Tree ? TreeSchedule.Trees(job) : job.Federation.Rounds;

    /// <summary>What a round is to an accountant. central: that it gives away the noised sum of its updates. tree: that a tree begins. local: that a client sends its noised update. distributed: that the masked sum is opened, with the least noise that it may have.</summary>
    /// <param name="sampled">Clients that were asked.</param>
    /// <param name="population">Clients that could have been asked, at least as many.</param>
    public PrivacyEvent EventOf(int sampled, int population) => EventOf(Job, NoiseMultiplier, sampled, population);

    /// <summary>m, the fixed number that the noised sum of a round is divided by: the updates that are expected, whoever then delivers. With the number that did, one client would change more than its own part.</summary>
    /// <param name="population">Clients that could have been asked, at least 1.</param>
    public double Expected(int population) => Job.Federation.Cohort is var cohort && cohort.Selection.Kind == SelectionKind.Poisson
        ? Math.Max(1, cohort.Fraction * population) : CohortSelection.Wanted(cohort, population);

    /// <summary>σ_b and z_Δ of adaptive clipping: noise on the number of updates that are not longer than C, and on updates in units of C, that together are worth z. Andrew, Thakkar, McMahan, Ramaswamy, "Differentially Private
    /// Learning with Adaptive Clipping", NeurIPS 2021, arXiv:1905.03871, theorem 1: z_Δ = (z⁻² - (2 σ_b)⁻²)^(-1/2).</summary>
    /// <param name="expected">m.</param>
    /// <exception cref="ArgumentException">σ_b is so small that the number alone would take all of z.</exception>
    public (double Count, double Updates) Split(double expected)
    {
        // Half of the noise that the number needs alone: updates then need 15 % more.
        var count = Spec.Adaptive.CountNoise ?? Math.Max(expected / 20, NoiseMultiplier);
        var rest = 1 / (NoiseMultiplier * NoiseMultiplier) - 1 / (4 * count * count);
        return rest > 0 ? (count, 1 / Math.Sqrt(rest))
            : throw new ArgumentException($"privacy.differential.adaptive.count_noise {count} is no more than half of the noise multiplier {NoiseMultiplier}: the number alone would reveal more than the guarantee allows.");
    }

    // A client's integers are no longer than M steps (DistributedNoise), and so their L1 norm is no more than M².
    private static SkellamEvent Masked(double noise, double largest) => new(noise * noise * largest * largest, largest, largest * largest);

    private static Adjacency AdjacencyOf(JobSpec job) => job.Privacy.Differential.Mechanism == PrivacyMechanism.Local
        || IsDrawnInSecret(job) && job.Federation.Cohort.Selection.Kind == SelectionKind.Uniform ? Adjacency.ReplaceOne : Adjacency.AddOrRemoveOne;
}
