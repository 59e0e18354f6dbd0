using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Jobs.Describing;
using Federated.Core.Privacy.Accounting.Events;
using Federated.Core.Privacy.Differential;

namespace Federated.Core.Privacy.Governance;

/// <summary>What a job says of its own privacy, as a worker's policy and its records see it. The only place that reads <see cref="PrivacySpec"/> for them.</summary>
/// <param name="SecureAggregation">Whether updates are masked.</param>
/// <param name="Mechanism">Who adds noise, as the job file has it; null for nobody.</param>
public sealed record JobPrivacy(bool SecureAggregation, string? Mechanism)
{
    /// <value>Whether the clients of a masked sum sign.</value>
    public bool Identities { get; init; }

    /// <value>Whether clients of a masked sum count their examples by class.</value>
    public bool LabelCounts { get; init; }

    /// <value>Bound on the length of what is noised; null without a mechanism.</value>
    public double? Clip { get; init; }

    /// <value>Standard deviation of the noise in units of the clip, the job's or what its ε comes to; null without a mechanism.</value>
    public double? NoiseMultiplier { get; init; }

    /// <value>How many clients of a sum it reckons with that work together or add no noise; null but where clients draw shares of the noise.</value>
    public int? Colluding { get; init; }

    /// <value>What one update of a client gives away of the client; null where the job does not bound it.</value>
    public PrivacyEvent? Release { get; init; }

    /// <value>Rounds in which a client takes part at most, at least 1.</value>
    public int Rounds { get; init; } = 1;

    /// <value>Whether every update that a client makes gives away as much again, also for the same attempt, because its noise is drawn afresh by the client and the coordinator sees it. Else a round gives it away
    /// once, with the attempt that is committed.</value>
    public bool EveryUpdateCounts { get; init; }

    /// <summary>Reads a job.</summary>
    /// <param name="job">A checked job.</param>
    /// <remarks>A round counts as a release to which the client surely contributed: whether the coordinator draws cohorts in secret, which would make it less, no client can
    /// see. With trees it counts as one Gaussian release for each tree: of all the nodes above the one round in which the client takes part. With noise of its own alone a client is compared with any other client, else with its absence.
    /// A guarantee for single examples bounds nothing of the client as a whole.</remarks>
    public static JobPrivacy Of(JobSpec job)
    {
        var (masked, differential) = (job.Privacy.SecureAggregation, job.Privacy.Differential);
        var identities = masked is { Enabled: true, RequireIdentities: true };
        if (PrivacyPlan.Of(job) is not { } plan)
            return new(masked.Enabled, null) { Identities = identities, LabelCounts = masked.CountsLabels, Rounds = job.Federation.Rounds };
        return new(masked.Enabled, Words.Of(differential.Mechanism))
        {
            Identities = identities,
            Clip = differential.Clip,
            NoiseMultiplier = plan.NoiseMultiplier,
            Colluding = differential.Mechanism == PrivacyMechanism.Distributed ? differential.Colluding : null,
            Release = differential.Mechanism switch
            {
                PrivacyMechanism.Central => new GaussianEvent(plan.NoiseMultiplier),
                PrivacyMechanism.Tree => new GaussianEvent(new TreeEvent(plan.NoiseMultiplier, plan.Leaves).NoiseToSensitivity),
                PrivacyMechanism.Local or PrivacyMechanism.Distributed => plan.EventOf(0, 1),
                _ => null,
            },
            Rounds = differential.Mechanism == PrivacyMechanism.Tree ? PrivacyPlan.Events(job) : job.Federation.Rounds,
            EveryUpdateCounts = differential.Mechanism is PrivacyMechanism.Local or PrivacyMechanism.Distributed,
        };
    }

    /// <summary>The mechanism for people.</summary>
    public string Sentence => Mechanism is null ? "privacy.differential.mechanism is none"
        : string.Create(CultureInfo.InvariantCulture, $"privacy.differential.mechanism {Mechanism} with noise_multiplier {NoiseMultiplier}");
}
