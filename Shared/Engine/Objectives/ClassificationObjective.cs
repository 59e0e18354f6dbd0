using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Engine.Models;
using Federated.Engine.Training;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Objectives;

/// <summary>One class of several. A batch's target is the class's index, shape [batch, 1].</summary>
/// <param name="classes">How many.</param>
/// <param name="loss">Cross-entropy or squared error.</param>
/// <param name="smoothing">Cross-entropy in training: share of the label's weight that all classes get evenly (Szegedy et al., "Rethinking the Inception
/// Architecture for Computer Vision", CVPR 2016, section 7, arXiv:1512.00567). Weights and smoothing together are as in PyTorch's CrossEntropyLoss: the mean
/// is divided by the sum of the labels' weights.</param>
internal sealed class ClassificationObjective(int classes, Loss loss, double smoothing) : LearningObjective
{
    public override bool TakesScores => loss == Loss.CrossEntropy;

    public override Scored Score(Tensor scores, Batch batch)
    {
        var labels = batch.Target.to(scores.device).view(-1).to_type(ScalarType.Int64);
        var mean = loss switch
        {
            Loss.CrossEntropy => F.cross_entropy(scores, labels),
            Loss.Mse => F.mse_loss(scores, F.one_hot(labels, classes).to_type(ScalarType.Float32)),
            _ => throw new InvalidOperationException($"{loss} is not a loss of a classification."),
        };
        return new(mean, batch.Count, Correct(scores, batch.Target.Floats()));
    }

    public override Scored Train(Tensor scores, Batch batch, float[]? classWeights)
    {
        if (loss != Loss.CrossEntropy || (smoothing == 0 && classWeights is null)) return Score(scores, batch);
        var labels = batch.Target.to(scores.device).view(-1).to_type(ScalarType.Int64);
        var weights = classWeights is null ? null : tensor(classWeights, device: scores.device);
        return new(F.cross_entropy(scores, labels, weights, label_smoothing: smoothing), batch.Count, Correct(scores, batch.Target.Floats()));
    }

    protected override void Tally(Tensor scores, Batch batch, TallyBook tallies)
    {
        var values = scores.cpu().contiguous().Floats();
        var labels = batch.Target.Floats();
        tallies.Add(TallyNames.Confusion, classes * classes, 0);
        for (var i = 0; i < labels.Length; i++)
        {
            var row = values.Slice(i * classes, classes);
            var label = (int)labels[i];
            tallies.Add(TallyNames.Confusion, label * classes + Largest(row), 1);
            if (classes > 5) tallies.Add(TallyNames.TopFive, 0, Ahead(row, label) < 5 ? 1 : 0);
            // Of scores before a softmax the difference is the log odds of the second class; of probabilities it is in the same order as the odds.
            if (classes == 2) tallies.Add(TallyNames.Scores, 2 * ScoreBucket.Of(row[1] - row[0]) + label, 1);
        }
        if (classes > 5) tallies.Add(TallyNames.TopFive, 1, labels.Length);
    }

    // Classes that come before one in the order of scores; of equal ones the first comes first, as in Largest.
    private static int Ahead(ReadOnlySpan<float> row, int label)
    {
        var ahead = 0;
        for (var j = 0; j < row.Length; j++)
            if (row[j] > row[label] || (row[j] == row[label] && j < label)) ahead++;
        return ahead;
    }

    // Read in place: for a handful of classes cheaper than four tensor operations.
    private static int Correct(Tensor scores, ReadOnlySpan<float> labels)
    {
        var values = scores.detach().cpu().contiguous().Floats();
        var (width, correct) = (values.Length / labels.Length, 0);
        for (var i = 0; i < labels.Length; i++)
            if (Largest(values.Slice(i * width, width)) == (int)labels[i]) correct++;
        return correct;
    }

    /// <summary>Index of the largest score, of equal ones the first.</summary>
    internal static int Largest(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var j = 1; j < row.Length; j++)
            if (row[j] > row[best]) best = j;
        return best;
    }
}
