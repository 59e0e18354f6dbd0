using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Randomness;
using Federated.Core.Rounds;

namespace Federated.Core.Attacks;

/// <summary>The clients of a simulation that misbehave: the same on every worker.</summary>
/// <param name="Clients">In ordinal order, at least one.</param>
/// <param name="Updates">n, updates of a round.</param>
/// <param name="Expected">m, how many of them come from attackers, as a rule: at least one.</param>
public sealed record Attackers(ImmutableSortedSet<string> Clients, int Updates, int Expected)
{
    /// <summary>The attackers of a job; null without an attack.</summary>
    /// <param name="job">A checked job.</param>
    /// <param name="clients">All clients that train, each once; their order does not matter.</param>
    /// <exception cref="ArgumentException">The job names an attacker that is none of the clients, or all of them attack.</exception>
    public static Attackers? Of(JobSpec job, IEnumerable<string> clients)
    {
        if (job.Attack.Kind == AttackKind.None) return null;
        var all = clients.Order(StringComparer.Ordinal).ToArray();
        // The trusted client is not drawn: who trusts an attacker has no defence to test.
        var chosen = job.Attack.Clients.Values.IsEmpty ? Drawn(job, [.. all.Where(client => client != job.Federation.Aggregation.Root)]) : job.Attack.Clients.Values;
        if (chosen.FirstOrDefault(client => !all.Contains(client)) is { } unknown) throw new ArgumentException($"attack.clients: '{unknown}' is none of the {all.Length} clients with training examples.", nameof(job));
        if (chosen.Length >= all.Length) throw new ArgumentException($"attack: {chosen.Length} of {all.Length} clients would attack; at least one must be honest.", nameof(job));
        var updates = CohortSelection.Wanted(job.Federation.Cohort, all.Length);
        return new([.. chosen], updates, Math.Clamp((int)Math.Round((double)updates * chosen.Length / all.Length, MidpointRounding.AwayFromZero), 1, updates));
    }

    private static ImmutableArray<string> Drawn(JobSpec job, string[] eligible)
    {
        var count = Math.Max(1, (int)Math.Round(job.Attack.Fraction * eligible.Length, MidpointRounding.AwayFromZero));
        new RandomStream(SeedTree.Derive(job.Seed, "attackers")).Shuffle<string>(eligible);
        return [.. eligible.Take(count)];
    }
}
