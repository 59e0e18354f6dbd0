using System.Collections.Immutable;
using Federated.Engine.Models;
using Federated.Engine.Training;

namespace Federated.Engine.Predicting;

/// <summary>Numbers, of a series as many as are forecast.</summary>
/// <param name="text">How examples that are text are shown; null for others.</param>
internal sealed class NumberPredictor(SymbolText? text) : BatchPredictor
{
    public override ImmutableArray<Prediction> Predict(ModelReplica replica, Batch batch, bool judged)
    {
        var outputs = Outputs(replica, batch.Input);
        Span<float> targets = batch.Target.Floats(), features = batch.Input.Floats();
        var (values, width, predictions) = (outputs.Length / batch.Count, features.Length / batch.Count, ImmutableArray.CreateBuilder<Prediction>(batch.Count));
        for (var i = 0; i < batch.Count; i++)
        {
            predictions.Add(new NumberPrediction(text?.Decode(features.Slice(i * width, width)),
                judged ? [.. targets.Slice(i * values, values)] : [], [.. outputs.AsSpan(i * values, values)]));
        }
        return predictions.MoveToImmutable();
    }
}

/// <summary>Ratings.</summary>
/// <param name="names">Ids of users and names of items.</param>
internal sealed class RatingPredictor(ImmutableArray<ImmutableArray<string>> names) : BatchPredictor
{
    public override ImmutableArray<Prediction> Predict(ModelReplica replica, Batch batch, bool judged)
    {
        var outputs = Outputs(replica, batch.Input);
        Span<float> targets = batch.Target.Floats(), pairs = batch.Input.Floats();
        var predictions = ImmutableArray.CreateBuilder<Prediction>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
            predictions.Add(new RatingPrediction(names[0][(int)pairs[2 * i]], names[1][(int)pairs[2 * i + 1]], targets[i], outputs[i]));
        return predictions.MoveToImmutable();
    }
}
