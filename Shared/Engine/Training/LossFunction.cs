using Federated.Core.Jobs;
using Federated.Engine.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Training;

/// <summary>Losses and hits of a batch of scores.</summary>
internal static class LossFunction
{
    /// <summary>Mean loss over the batch, a scalar. Mean squared error is the mean over examples and outputs.</summary>
    /// <param name="loss">Which.</param>
    /// <param name="scores">Shape [batch, outputs]; for cross-entropy before the softmax.</param>
    /// <param name="target">Cross-entropy: labels, int64 [batch]. Mean squared error: float32 [batch, outputs].</param>
    public static Tensor Mean(Loss loss, Tensor scores, Tensor target) => loss switch
    {
        Loss.CrossEntropy => F.cross_entropy(scores, target),
        Loss.Mse => F.mse_loss(scores, target),
        _ => throw new ArgumentException($"{loss} is not a known loss.", nameof(loss)),
    };

    /// <summary>Examples whose largest score is the label's; the first of equal ones counts as the largest. Read in place: for a handful of classes
    /// cheaper than four tensor operations.</summary>
    /// <param name="scores">Shape [batch, outputs].</param>
    /// <param name="labels">One an example.</param>
    public static int Correct(Tensor scores, ReadOnlySpan<long> labels)
    {
        using var dense = scores.contiguous();
        var values = dense.Floats();
        var (width, correct) = (values.Length / labels.Length, 0);
        for (var i = 0; i < labels.Length; i++)
        {
            var row = values.Slice(i * width, width);
            var best = 0;
            for (var j = 1; j < row.Length; j++)
                if (row[j] > row[best]) best = j;
            if (best == labels[i]) correct++;
        }
        return correct;
    }
}
