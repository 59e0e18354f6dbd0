using System.Collections.Immutable;
using Federated.Engine.Models;
using Federated.Engine.Objectives;
using Federated.Engine.Training;

namespace Federated.Engine.Predicting;

/// <summary>Classes and their probabilities.</summary>
/// <param name="classes">How many.</param>
/// <param name="givesScores">Whether the model was built without its last softmax.</param>
/// <param name="text">How examples that are text are shown; null for others.</param>
internal sealed class ClassPredictor(int classes, bool givesScores, SymbolText? text) : BatchPredictor
{
    public override ImmutableArray<Prediction> Predict(ModelReplica replica, Batch batch, bool judged)
    {
        var outputs = Outputs(replica, batch.Input);
        Span<float> labels = batch.Target.Floats(), features = batch.Input.Floats();
        var (width, predictions) = (features.Length / batch.Count, ImmutableArray.CreateBuilder<Prediction>(batch.Count));
        for (var i = 0; i < batch.Count; i++)
        {
            var row = outputs.AsSpan(i * classes, classes);
            predictions.Add(new ClassPrediction(text?.Decode(features.Slice(i * width, width)), judged ? (int)labels[i] : null, ClassificationObjective.Largest(row),
                givesScores ? [.. Likelihood.Softmax(row).Select(share => (float)share)] : [.. row]));
        }
        return predictions.MoveToImmutable();
    }
}
