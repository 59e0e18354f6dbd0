using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Privacy;
using Federated.Core.Privacy.Differential;
using Federated.Core.Randomness;
using Federated.Core.Rounds.Selection;

namespace Federated.Core.Rounds;

/// <summary>The clients of one attempt of a round.</summary>
/// <param name="Clients">The clients to ask, in ordinal order.</param>
/// <param name="Wanted">Updates with which the round closes, 1 to the number of clients asked; 0 where all are busy, or the lots of all have missed.</param>
/// <param name="Of">How many clients could have been asked, at least as many as are.</param>
public sealed record Cohort(ImmutableArray<string> Clients, int Wanted, int Of);

/// <summary>Draws cohorts without replacement, by lots that the job's seed decides; where a guarantee rests on nobody knowing who was drawn, by secret ones.</summary>
public static class CohortSelection
{
    /// <summary>How many updates a round wants of <paramref name="clients"/> clients: the fraction, rounded half away from zero, but at least one and at least
    /// the minimum, and never more than there are.</summary>
    public static int Wanted(CohortSpec spec, int clients) =>
        Math.Min(clients, Math.Max(Math.Max(1, spec.Minimum), (int)Math.Round(spec.Fraction * clients, MidpointRounding.AwayFromZero)));

    /// <summary>How many clients are asked: <see cref="Wanted"/> times the over-selection, rounded up, never more than there are.</summary>
    // The product of 0.1 * 30 and the like may lie a hair above a whole number, which must not ask one client more.
    public static int Asked(CohortSpec spec, int clients) => Math.Min(clients, (int)Math.Ceiling(Math.Round(Wanted(spec, clients) * spec.OverSelect, 9)));

    /// <summary>Draws the cohort of an attempt.</summary>
    /// <param name="spec">How many.</param>
    /// <param name="seed">The job's seed.</param>
    /// <param name="round">1-based.</param>
    /// <param name="attempt">1-based. The first depends on nothing but seed, round and clients, so a run that never fails is the same on every machine.</param>
    /// <param name="clients">All that can take part, each once; their order does not matter.</param>
    /// <param name="health">Which of them are set aside: they are left out as long as the minimum can be had without them.</param>
    /// <param name="always">Who is in every cohort, the rest of which is drawn from the others; null for nobody.</param>
    /// <param name="busy">Which of them still train for an earlier round: they are left out. Nobody where rounds do not overlap.</param>
    /// <exception cref="ArgumentException">There is no client.</exception>
    public static Cohort Draw(CohortSpec spec, ulong seed, int round, int attempt, IEnumerable<Candidate> clients, ClientHealth health, string? always = null, ImmutableHashSet<string>? busy = null)
    {
        var all = clients.OrderBy(candidate => candidate.Id, StringComparer.Ordinal).ToArray();
        if (all.Length == 0) throw new ArgumentException("A cohort cannot be drawn from no clients.", nameof(clients));
        var purpose = attempt == 1 ? "cohort" : string.Create(CultureInfo.InvariantCulture, $"cohort/{attempt}");
        var random = new RandomStream(SeedTree.Derive(seed, purpose, round));
        random.Shuffle<Candidate>(all);
        var fine = health.Eligible([.. all.Select(candidate => candidate.Id)], round, Math.Max(1, spec.Minimum)).ToHashSet(StringComparer.Ordinal);
        if (busy is not null) fine.ExceptWith(busy);
        if (fine.Count == 0) return new([], Wanted: 0, all.Length);
        var eligible = all.Where(candidate => fine.Contains(candidate.Id)).ToArray();
        if (spec.Selection.Kind == SelectionKind.Poisson)
        {
            var lots = new Lots(random);
            var hit = eligible.Where(candidate => lots.Hit(spec.Fraction) || candidate.Id == always).Select(candidate => candidate.Id).Order(StringComparer.Ordinal).ToImmutableArray();
            return new(hit, hit.Length, all.Length);
        }
        var (wanted, asked) = (Math.Min(Wanted(spec, all.Length), eligible.Length), Math.Min(Asked(spec, all.Length), eligible.Length));
        if (always is not null && Array.Exists(all, candidate => candidate.Id == always))
        {
            eligible = [.. eligible.Where(candidate => candidate.Id != always)];
            var others = Math.Min(asked - 1, eligible.Length);
            var drawn = others == 0 ? [] : Choose(spec, seed, round, attempt, all, eligible, others, random);
            return new([.. drawn.Select(candidate => candidate.Id).Append(always).Order(StringComparer.Ordinal)], Math.Min(wanted, others + 1), all.Length);
        }
        var chosen = Choose(spec, seed, round, attempt, all, eligible, asked, random);
        return new([.. chosen.Select(candidate => candidate.Id).Order(StringComparer.Ordinal)], wanted, all.Length);
    }

    /// <summary>Whether a selection looks at how clients did before.</summary>
    public static bool Remembers(SelectionKind kind) => kind is SelectionKind.Weighted or SelectionKind.PowerOfChoice or SelectionKind.Oort;

    /// <summary>Whether clients are drawn in proportion to their examples, so that their updates count alike.</summary>
    public static bool DrawsByExamples(SelectionKind kind) => kind is SelectionKind.Weighted or SelectionKind.PowerOfChoice;

    /// <summary>Draws the cohort of an attempt of a job: where its differential privacy reckons with secret lots, from all clients, set aside or not, by lots that nobody can know.</summary>
    /// <param name="job">A checked job.</param>
    /// <param name="round">As of the other one, and so on.</param>
    /// <param name="attempt">1-based.</param>
    /// <param name="clients">All that can take part, each once.</param>
    /// <param name="health">Which of them are set aside.</param>
    /// <param name="always">Who is in every cohort; null for nobody.</param>
    /// <param name="secret">Where secret lots come from.</param>
    /// <param name="hadTurn">With mechanism tree, who has had a turn in the round's tree: they are left out, and nobody else is. Then attempts do not differ.</param>
    /// <exception cref="ArgumentException">There is no client.</exception>
    public static Cohort Draw(JobSpec job, int round, int attempt, IEnumerable<Candidate> clients, ClientHealth health, string? always, ISecureRandom secret, IReadOnlySet<string>? hadTurn = null)
    {
        var spec = job.Federation.Cohort;
        if (job.Privacy.Differential.Mechanism == PrivacyMechanism.Tree) return InTurn(spec, job.Seed, round, [.. clients], hadTurn ?? ImmutableHashSet<string>.Empty);
        if (!PrivacyPlan.IsDrawnInSecret(job)) return Draw(spec, job.Seed, round, attempt, clients, health, always);
        string[] all = [.. clients.Select(candidate => candidate.Id).Order(StringComparer.Ordinal)];
        if (all.Length == 0) throw new ArgumentException("A cohort cannot be drawn from no clients.", nameof(clients));
        var lots = new Lots(secret);
        var drawn = spec.Selection.Kind == SelectionKind.Poisson ? [.. all.Where(_ => lots.Hit(spec.Fraction))] : lots.Take([.. all], Wanted(spec, all.Length));
        return new([.. drawn.Order(StringComparer.Ordinal)], drawn.Length, all.Length);
    }

    /// <summary>Updates below which an attempt of a job fails: none of a job whose differential privacy draws each client by a lot of its own, for whether a round counts must not depend on how many were drawn.</summary>
    public static int Minimum(JobSpec job) => PrivacyPlan.IsDrawnInSecret(job) && job.Federation.Cohort.Selection.Kind == SelectionKind.Poisson ? 0 : job.Federation.Cohort.Minimum;

    private static Cohort InTurn(CohortSpec spec, ulong seed, int round, Candidate[] all, IReadOnlySet<string> hadTurn)
    {
        if (all.Length == 0) throw new ArgumentException("A cohort cannot be drawn from no clients.", nameof(all));
        Candidate[] left = [.. all.Where(candidate => !hadTurn.Contains(candidate.Id))];
        var chosen = RoundRobin.Draw(all, left, Math.Min(Wanted(spec, all.Length), left.Length), Wanted(spec, all.Length), seed, round, attempt: 1);
        return new([.. chosen.Select(candidate => candidate.Id).Order(StringComparer.Ordinal)], chosen.Length, all.Length);
    }

    private static Candidate[] Choose(CohortSpec spec, ulong seed, int round, int attempt, Candidate[] all, Candidate[] eligible, int asked, RandomStream random) =>
        spec.Selection.Kind switch
        {
            SelectionKind.Uniform => eligible[..asked],
            SelectionKind.Weighted => WeightedLot.Draw(eligible, Sizes.Of(eligible), asked, random),
            SelectionKind.RoundRobin => RoundRobin.Draw(all, eligible, asked, Asked(spec, all.Length), seed, round, attempt),
            SelectionKind.PowerOfChoice => PowerOfChoice.Draw(eligible, asked, spec.Selection.Candidates, random),
            SelectionKind.Oort => Oort.Draw(eligible, asked, spec.Selection, round, random),
            SelectionKind.Stratified => Groups.Draw(eligible, asked),
            _ => throw new InvalidOperationException($"{spec.Selection.Kind} is not a known selection."),
        };
}
