using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Privacy.Differential;

/// <summary>What a run has given away so far, as its journal tells: nothing that was given away is taken back, also where the run goes back to an earlier round. Immutable.</summary>
/// <remarks>Where the coordinator adds the noise, a round counts when it is committed: an attempt that failed gave nothing away. Where clients do, an attempt counts when clients are asked, whatever comes of it, for their updates may
/// have left them.</remarks>
/// <param name="Released">central: the noised sums.</param>
/// <param name="Asked">local, distributed and example: attempts that have asked their clients.</param>
/// <param name="Sizes">example: numbers of examples that clients have.</param>
public sealed record PrivacyRecord(PrivacyLedger Released, long Asked, ImmutableSortedSet<long> Sizes)
{
    /// <summary>Before anything happened.</summary>
    public static readonly PrivacyRecord Nothing = new(PrivacyLedger.Empty, 0, []);

    /// <summary>What one attempt more would make of it; null where what it would give away is not known before.</summary>
    /// <param name="plan">The job's.</param>
    public PrivacyRecord? WithNext(PrivacyPlan plan)
    {
        if (plan.Mechanism != PrivacyMechanism.Central) return this with { Asked = Asked + 1 };
        if (PlannedNoise.Population(plan.Job) is { } clients) return this with { Released = Released.Add(plan.EventOf(Rounds.CohortSelection.Wanted(plan.Job.Federation.Cohort, clients), clients)) };
        // Only workers know how many there are: as many as there were.
        var next = plan.DrawsInSecret && plan.Job.Federation.Cohort.Selection.Kind == SelectionKind.Uniform ? Released.Entries.LastOrDefault()?.Event : plan.EventOf(0, 1);
        return next is null ? null : this with { Released = Released.Add(next) };
    }

    /// <summary>ε of the job's δ for all of it, or why none can be claimed.</summary>
    /// <param name="plan">The job's.</param>
    public PrivacyClaim Epsilon(PrivacyPlan plan) => plan.Mechanism switch
    {
        PrivacyMechanism.Central => Epsilon(Released, plan),
        PrivacyMechanism.Local or PrivacyMechanism.Distributed => Epsilon(PrivacyLedger.Empty.Add(plan.EventOf(0, 1), Asked), plan),
        _ => OfExamples(plan),
    };

    // Of the client whose examples fare worst.
    private PrivacyClaim OfExamples(PrivacyPlan plan)
    {
        if (Asked == 0) return Epsilon(PrivacyLedger.Empty, plan);
        if (Sizes.IsEmpty) return new(null, "no client has told yet how many examples it has.");
        if (Sizes.FirstOrDefault(size => size * plan.Spec.Delta >= 1) is > 0 and var few) return new(null, FormattableString.Invariant($"privacy.differential.delta {plan.Spec.Delta} promises nothing to a client of {few} examples."));
        PrivacyClaim? worst = null;
        foreach (var size in Sizes)
        {
            var steps = PrivateSteps.Of(plan.Job.Training, size);
            var claim = Epsilon(PrivacyLedger.Empty.Add(new PoissonSampledEvent(steps.Rate, plan.NoiseMultiplier), steps.Count * Asked), plan);
            if (!claim.Ok) return claim;
            if (worst?.Guarantee is null || claim.Guarantee.Epsilon > worst.Guarantee.Epsilon) worst = claim;
        }
        return worst!;
    }

    private static PrivacyClaim Epsilon(PrivacyLedger ledger, PrivacyPlan plan) => PrivacyAccountant.Epsilon(ledger, plan.Spec.Delta, AccountantKind.Renyi);
}
