using Federated.Core.Metrics;
using Federated.Engine.Models;
using Federated.Engine.Training;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Objectives;

/// <summary>Whether a user takes an item (He et al. 2017, arXiv:1708.05031). Training: binary cross-entropy (equation 7, as a mean) of pairs whose target, shape
/// [batch, 1], is 1 or 0. Measuring: each example is a user and the held-out item, its target, shape [batch, candidates], the items that it is ranked against
/// (section 4.1); a hit is a rank of at most 10. A candidate that scores the same as the item counts as ranked before it, so that a model which scores all
/// alike has no hits.</summary>
internal sealed class RecommendationObjective : LearningObjective
{
    private const int Cutoff = 10;

    public override bool TakesScores => true;

    public override Scored Score(Tensor scores, Batch batch) => new(F.binary_cross_entropy_with_logits(scores, batch.Target.to(scores.device)), batch.Count, 0);

    /// <remarks>The loss is the mean over all pairs, the held-out one and its candidates; a prediction is a user.</remarks>
    public override Scored Measure(ModelReplica replica, Batch batch, TallyBook tallies)
    {
        var candidates = (int)batch.Target.shape[1];
        if (candidates < 2) throw new InvalidOperationException("Pairs without candidates have no ranking.");
        var (pairs, labels) = Expand(batch, candidates);
        var scores = replica.Forward(pairs, draws: null).contiguous();
        var values = scores.cpu().Floats();
        var hits = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var rank = Rank(values.Slice(i * (candidates + 1), candidates + 1));
            tallies.Add(TallyNames.Ranking, 0, 1);
            if (rank > Cutoff) continue;
            hits++;
            tallies.Add(TallyNames.Ranking, 1, 1);
            tallies.Add(TallyNames.Ranking, 2, 1 / Math.Log2(rank + 1));
        }
        return new(F.binary_cross_entropy_with_logits(scores, labels.to(scores.device)), batch.Count, hits);
    }

    /// <summary>The place of each example's item, from 1, in the order of scores among its candidates.</summary>
    internal static int[] Ranks(ModelReplica replica, Batch batch)
    {
        var rows = (int)batch.Target.shape[1] + 1;
        var scores = replica.Forward(Expand(batch, rows - 1).Pairs, draws: null).contiguous();
        return [.. Enumerable.Range(0, batch.Count).Select(i => Rank(scores.Floats().Slice(i * rows, rows)))];
    }

    // Each example's own pair first, then the user with each candidate.
    private static (Tensor Pairs, Tensor Labels) Expand(Batch batch, int candidates)
    {
        var (rows, all) = (candidates + 1, (candidates + 1) * batch.Count);
        var (pairs, labels) = (empty(all, 2, float32), zeros(all, 1, float32));
        ReadOnlySpan<float> own = batch.Input.Floats(), others = batch.Target.Floats();
        Span<float> target = pairs.Floats(), marks = labels.Floats();
        for (var row = 0; row < all; row++)
        {
            var (example, place) = (row / rows, row % rows);
            target[2 * row] = own[2 * example];
            target[2 * row + 1] = place == 0 ? own[2 * example + 1] : others[example * candidates + place - 1];
            if (place == 0) marks[row] = 1;
        }
        return (pairs, labels);
    }

    private static int Rank(ReadOnlySpan<float> scores)
    {
        var rank = 1;
        foreach (var other in scores[1..])
            if (other >= scores[0]) rank++;
        return rank;
    }
}
