using System.Collections.Immutable;
using Federated.Engine.Data;
using Federated.Engine.Models;
using Federated.Engine.Objectives;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Predicting;

/// <summary>Items that users might take.</summary>
internal sealed class RankingPredictor : BatchPredictor
{
    private const int Shown = 10;

    private readonly ImmutableArray<ImmutableArray<string>> _names;
    private readonly HashSet<(int User, int Item)> _taken = [];

    /// <param name="names">Ids of users and names of items.</param>
    /// <param name="train">Pairs of user and item, which are not recommended again; null where they are not there.</param>
    public RankingPredictor(ImmutableArray<ImmutableArray<string>> names, ExampleSet? train)
    {
        _names = names;
        Span<float> pair = stackalloc float[2];
        for (var i = 0; i < (train?.Count ?? 0); i++)
        {
            train!.CopyFeatures(i, pair);
            _taken.Add(((int)pair[0], (int)pair[1]));
        }
    }

    public override ImmutableArray<Prediction> Predict(ModelReplica replica, Batch batch, bool judged)
    {
        var pairs = batch.Input.Floats().ToArray();
        // Pairs to train on have no candidates, and so no rank.
        int[]? ranks = judged && batch.Target.shape[1] > 1 ? RecommendationObjective.Ranks(replica, batch) : null;
        return [.. Enumerable.Range(0, batch.Count).Select(i => new RankingPrediction(_names[0][(int)pairs[2 * i]],
            ranks is null ? null : _names[1][(int)pairs[2 * i + 1]], ranks?[i], Top(replica, (int)pairs[2 * i])))];
    }

    private ImmutableArray<RankedItem> Top(ModelReplica replica, int user)
    {
        using var disposal = NewDisposeScope();
        int[] items = [.. Enumerable.Range(0, _names[1].Length).Where(item => !_taken.Contains((user, item)))];
        if (items.Length == 0) return [];
        var scores = Outputs(replica, tensor([.. items.SelectMany(item => (float[])[user, item])], items.Length, 2));
        return [.. items.Zip(scores).OrderByDescending(pair => pair.Second).Take(Shown).Select(pair => new RankedItem(_names[1][pair.First], Likelihood.Sigmoid(pair.Second)))];
    }
}
