using System.Collections.Immutable;
using Federated.V1;

namespace Federated.Coordinator.Storage;

/// <summary>A checkpoint of a run that is not deleted.</summary>
/// <param name="Round">Rounds before it; 0 for the initial parameters.</param>
/// <param name="Checkpoint">The file.</param>
/// <param name="Score">How good the model after that round is, higher is better: its accuracy, or its negative loss; null when it was not measured, or not yet.</param>
public sealed record KeptCheckpoint(int Round, Checkpoint Checkpoint, double? Score);

/// <summary>Which checkpoints of a run stay: the last ones, the best one, and those that are needed. Immutable, plain data.</summary>
/// <param name="Last">How many of the last rounds stay, at least 1.</param>
public sealed record CheckpointKeeping(int Last = 3)
{
    /// <summary>How many of the last rounds stay, at least 1.</summary>
    public int Last { get; } = Last >= 1 ? Last : throw new ArgumentOutOfRangeException(nameof(Last), Last, "The last checkpoint must stay.");

    /// <summary>Those that nobody needs any more. Once deleted, none of them would be kept later, as long as one whose score is still to come is
    /// <paramref name="needed"/>: a better one was there.</summary>
    /// <param name="held">All that the run has, in the order of their rounds, no round twice.</param>
    /// <param name="needed">Rounds whose parameters somebody still works with, such as those being measured. They stay.</param>
    /// <exception cref="ArgumentException">The rounds are not in order.</exception>
    public ImmutableArray<KeptCheckpoint> Unneeded(IReadOnlyList<KeptCheckpoint> held, IReadOnlySet<int> needed)
    {
        for (var i = 1; i < held.Count; i++)
            if (held[i].Round <= held[i - 1].Round)
                throw new ArgumentException($"Round {held[i].Round} comes after round {held[i - 1].Round}.", nameof(held));

        var best = Best(held);
        return [.. held.SkipLast(Last).Where(one => one.Round != best?.Round && !needed.Contains(one.Round))];
    }

    /// <summary>The one of highest score, the earliest of equals; null when none was measured. What nobody trained is not a result: round 0 is no
    /// candidate.</summary>
    public static KeptCheckpoint? Best(IEnumerable<KeptCheckpoint> held) =>
        held.Where(one => one is { Round: > 0, Score: { } score } && !double.IsNaN(score)).MaxBy(one => one.Score);
}
