using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Privacy.Differential;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

/// <summary>What a round that is about to be committed costs of privacy.</summary>
/// <param name="Released">For the journal: what it gives away with the coordinator's noise, as a ledger's text; "" where it adds none, and for a round of a tree that has been counted.</param>
/// <param name="Sizes">For the journal: numbers of examples that were not known before.</param>
/// <param name="Report">For people, with ε of all rounds up to this one.</param>
internal sealed record RoundCost(string Released, ImmutableArray<long> Sizes, RoundPrivacy Report)
{
    /// <summary>The cost. Not for an actor's thread: loss distributions take long.</summary>
    /// <param name="plan">The job's.</param>
    /// <param name="ready">The round.</param>
    /// <param name="state">Before it.</param>
    /// <param name="server">State after the round before it.</param>
    public static RoundCost Of(PrivacyPlan plan, RoundReady ready, RunState state, ServerState server)
    {
        var released = state.Privacy.CostOf(plan, ready.Round.Cohort.Count, ready.Round.Population);
        ImmutableArray<long> sizes = plan.Mechanism == PrivacyMechanism.Example ? [.. ready.Round.Accepted.Values.Select(update => update.Examples).Distinct().Where(size => !state.Privacy.Sizes.Contains(size)).Order()] : [];
        var after = state.Privacy with { Released = state.Privacy.Released.Join(released), Sizes = state.Privacy.Sizes.Union(sizes) };
        var report = new RoundPrivacy { Delta = plan.Spec.Delta, NoiseMultiplier = plan.NoiseMultiplier, Clip = BoundedAlgorithm.ClipOf(server, plan.Spec) };
        if (after.Epsilon(plan) is { Ok: true, Guarantee.Epsilon: var epsilon } && double.IsFinite(epsilon)) report.Epsilon = epsilon;
        // For the limit, and for the summary where clients are asked: from its memory the accountant answers an actor at once.
        _ = after.WithNext(plan)?.Epsilon(plan);
        return new(released.Entries.IsEmpty ? "" : LedgerText.Write(released), sizes, report);
    }
}
