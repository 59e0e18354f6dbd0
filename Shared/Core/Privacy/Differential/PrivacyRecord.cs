using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Privacy.Differential;

/// <summary>What a run has given away so far, as its journal tells: nothing that was given away is taken back, also where the run goes back to an earlier round. Immutable.</summary>
/// <remarks>Where the coordinator adds the noise, a round counts when it is committed: an attempt that failed gave nothing away. Where clients do, an attempt counts when clients are asked, whatever comes of it, for their updates may
/// have left them.</remarks>
/// <param name="Released">central: the noised sums. tree: the trees, each as a whole as soon as its first round is committed.</param>
/// <param name="Asked">local, distributed and example: attempts that have asked their clients.</param>
/// <param name="Sizes">example: numbers of examples that clients have.</param>
public sealed record PrivacyRecord(PrivacyLedger Released, long Asked, ImmutableSortedSet<long> Sizes)
{
    /// <summary>Before anything happened.</summary>
    public static readonly PrivacyRecord Nothing = new(PrivacyLedger.Empty, 0, []);

    /// <value>tree: the latest tree; null before the first, and where the run went back to an earlier round, after which none goes on.</value>
    public TreeRecord? Tree { get; init; }

    /// <value>tree: which round below its tree the next one is, from 1.</value>
    public long NextLeaf => Tree is { IsOpen: true } ? Tree.Done + 1 : 1;

    /// <value>tree: who has had a turn in the tree of the next round.</value>
    public ImmutableSortedSet<string> HadTurn => Tree is { IsOpen: true } ? Tree.Asked : [];

    /// <summary>What a round gives away when it is committed, where the coordinator adds the noise; else nothing.</summary>
    /// <param name="plan">The job's.</param>
    /// <param name="sampled">Clients that were asked.</param>
    /// <param name="population">Clients that could have been asked.</param>
    public PrivacyLedger CostOf(PrivacyPlan plan, int sampled, int population) =>
        plan.Spec.TrustsCoordinator && !(plan.Mechanism == PrivacyMechanism.Tree && NextLeaf > 1) ? PrivacyLedger.Empty.Add(plan.EventOf(sampled, population)) : PrivacyLedger.Empty;

    /// <summary>The record after a committed round.</summary>
    /// <param name="released">What it gave away with the coordinator's noise.</param>
    /// <param name="sizes">example: numbers of examples that clients of the round have.</param>
    /// <param name="asked">Whom it asked.</param>
    /// <exception cref="InvalidOperationException">tree: a client has a second turn in one tree.</exception>
    public PrivacyRecord After(PrivacyLedger released, IEnumerable<long> sizes, ImmutableArray<string> asked) =>
        this with { Released = Released.Join(released), Sizes = Sizes.Union(sizes), Tree = TreeRecord.After(Tree, released, asked) };

    /// <summary>What one attempt more would make of it; null where what it would give away is not known before.</summary>
    /// <param name="plan">The job's.</param>
    public PrivacyRecord? WithNext(PrivacyPlan plan)
    {
        if (plan.Mechanism == PrivacyMechanism.Tree) return this with { Released = Released.Join(CostOf(plan, 0, 1)) };
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
        PrivacyMechanism.Central or PrivacyMechanism.Tree => Epsilon(Released, plan),
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
        // Of clients with as many steps, the one with the fewest examples draws each of them the most often.
        foreach (var steps in Sizes.Select(size => PrivateSteps.Of(plan.Job.Training, size)).DistinctBy(steps => steps.Count))
        {
            var claim = Epsilon(PrivacyLedger.Empty.Add(new PoissonSampledEvent(steps.Rate, plan.NoiseMultiplier), steps.Count * Asked), plan);
            if (!claim.Ok) return claim;
            if (worst?.Guarantee is null || claim.Guarantee.Epsilon > worst.Guarantee.Epsilon) worst = claim;
        }
        return worst!;
    }

    private static PrivacyClaim Epsilon(PrivacyLedger ledger, PrivacyPlan plan) => PrivacyAccountant.Epsilon(ledger, plan.Spec.Delta, plan.Spec.Accountant);
}
