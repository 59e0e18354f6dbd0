using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using static TorchSharp.torch;

namespace Federated.Engine.Training;

/// <summary>Measures the parameters that a workspace's replica holds, without dropout and with running statistics.</summary>
internal static class Evaluator
{
    /// <param name="workspace">The replica.</param>
    /// <param name="loss">The job's loss.</param>
    /// <param name="examples">Where from.</param>
    /// <param name="indices">Which; none gives sums over nothing.</param>
    /// <param name="cancellation">Checked between chunks.</param>
    /// <exception cref="EngineException">The loss is not finite: the model has diverged.</exception>
    public static MetricSums Measure(Workspace workspace, Loss loss, ExampleSet examples, ReadOnlySpan<int> indices, CancellationToken cancellation)
    {
        var sums = default(MetricSums);
        using var inference = no_grad();
        for (var begin = 0; begin < indices.Length; begin += Workspace.Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            sums += Measure(workspace, loss, examples, indices.Slice(begin, Math.Min(Workspace.Chunk, indices.Length - begin)));
        }
        return double.IsFinite(sums.LossSum) ? sums : throw new EngineException("The loss of the evaluated parameters is not finite: the model has diverged. "
            + "Lower training.optimizer.learning_rate or federation.algorithm.server_learning_rate, or set training.clip_norm.");
    }

    private static MetricSums Measure(Workspace workspace, Loss loss, ExampleSet examples, ReadOnlySpan<int> chosen)
    {
        using var disposal = NewDisposeScope();
        var batch = workspace.Buffer.Gather(examples, chosen);
        var scores = workspace.Replica.Forward(batch.Input, draws: null);
        var mean = LossFunction.Mean(loss, scores, batch.Target).item<float>();
        return new MetricSums(chosen.Length, (double)mean * chosen.Length, batch.Labels.IsEmpty ? 0 : LossFunction.Correct(scores, batch.Labels));
    }
}
