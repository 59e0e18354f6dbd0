using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Jobs;
using Federated.Core.Randomness;

namespace Federated.Core.Rounds;

/// <summary>The clients of one attempt of a round.</summary>
/// <param name="Clients">The clients to ask, in ordinal order.</param>
/// <param name="Wanted">Updates with which the round closes, 1 to the number of clients asked.</param>
/// <param name="Of">How many clients could have been asked, at least as many as are.</param>
public sealed record Cohort(ImmutableArray<string> Clients, int Wanted, int Of);

/// <summary>Draws cohorts: uniform without replacement, from the job's seed alone.</summary>
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
    /// <param name="always">Who is in every cohort, in place of the last one drawn where it was not drawn itself; null for nobody.</param>
    /// <exception cref="ArgumentException">There is no client.</exception>
    public static Cohort Draw(CohortSpec spec, ulong seed, int round, int attempt, IEnumerable<string> clients, ClientHealth health, string? always = null)
    {
        var all = clients.Order(StringComparer.Ordinal).ToArray();
        if (all.Length == 0) throw new ArgumentException("A cohort cannot be drawn from no clients.", nameof(clients));
        var purpose = attempt == 1 ? "cohort" : string.Create(CultureInfo.InvariantCulture, $"cohort/{attempt}");
        var random = new RandomStream(SeedTree.Derive(seed, purpose, round));
        random.Shuffle<string>(all);
        var eligible = health.Eligible(all, round, Math.Max(1, spec.Minimum));
        var wanted = Math.Min(Wanted(spec, all.Length), eligible.Length);
        var asked = eligible.Take(Asked(spec, all.Length)).ToArray();
        if (always is not null && all.Contains(always) && !asked.Contains(always)) asked[^1] = always;
        return new([.. asked.Order(StringComparer.Ordinal)], wanted, all.Length);
    }
}
