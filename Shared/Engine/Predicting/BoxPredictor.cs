using System.Collections.Immutable;
using Federated.Engine.Data.Boxes;
using Federated.Engine.Models;
using Federated.Engine.Objectives;
using Federated.Engine.Training;

namespace Federated.Engine.Predicting;

/// <summary>Objects in images.</summary>
/// <param name="objective">What the model has learnt.</param>
internal sealed class BoxPredictor(DetectionObjective objective) : BatchPredictor
{
    public override ImmutableArray<Prediction> Predict(ModelReplica replica, Batch batch, bool judged)
    {
        var found = objective.Detect(Checked(replica.Forward(batch.Input, draws: null)));
        var targets = batch.Target.Floats();
        var (most, predictions) = (targets.Length / batch.Count, ImmutableArray.CreateBuilder<Prediction>(batch.Count));
        for (var i = 0; i < batch.Count; i++)
        {
            predictions.Add(new BoxPrediction(
                judged ? [.. BoxedImages.Read(targets.Slice(i * most, most)).Select(each => Shown(each.Kind, 1, each.Box))] : [],
                [.. found[i].Select(each => Shown(each.Kind, each.Score, each.Box))]));
        }
        return predictions.MoveToImmutable();
    }

    private static FoundBox Shown(int kind, float confidence, Box box) => new(kind, confidence, box.X, box.Y, box.Width, box.Height);
}
