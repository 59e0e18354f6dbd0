using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Engine.Models;
using Federated.Engine.Training;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Objectives;

/// <summary>One class of several. A batch's target is the class's index, shape [batch, 1].</summary>
internal sealed class ClassificationObjective(int classes, Loss loss) : LearningObjective
{
    public override bool TakesScores => loss == Loss.CrossEntropy;

    public override Scored Score(Tensor scores, Batch batch)
    {
        var labels = batch.Target.view(-1).to_type(ScalarType.Int64);
        var mean = loss switch
        {
            Loss.CrossEntropy => F.cross_entropy(scores, labels),
            Loss.Mse => F.mse_loss(scores, F.one_hot(labels, classes).to_type(ScalarType.Float32)),
            _ => throw new InvalidOperationException($"{loss} is not a loss of a classification."),
        };
        return new(mean, batch.Count, Correct(scores, batch.Target.Floats()));
    }

    protected override void Tally(Tensor scores, Batch batch, TallyBook tallies)
    {
        var values = scores.contiguous().Floats();
        var labels = batch.Target.Floats();
        tallies.Add(TallyNames.Confusion, classes * classes, 0);
        for (var i = 0; i < labels.Length; i++)
            tallies.Add(TallyNames.Confusion, (int)labels[i] * classes + Largest(values.Slice(i * classes, classes)), 1);
    }

    // Read in place: for a handful of classes cheaper than four tensor operations.
    private static int Correct(Tensor scores, ReadOnlySpan<float> labels)
    {
        var values = scores.detach().contiguous().Floats();
        var (width, correct) = (values.Length / labels.Length, 0);
        for (var i = 0; i < labels.Length; i++)
            if (Largest(values.Slice(i * width, width)) == (int)labels[i]) correct++;
        return correct;
    }

    // The first of equal ones counts as the largest.
    private static int Largest(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var j = 1; j < row.Length; j++)
            if (row[j] > row[best]) best = j;
        return best;
    }
}
