using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Engine.Data;
using static TorchSharp.torch;

namespace Federated.Engine.Training;

/// <summary>Measures the parameters that a workspace's replica holds, without dropout and with running statistics.</summary>
internal static class Evaluator
{
    /// <param name="workspace">The replica.</param>
    /// <param name="examples">Where from.</param>
    /// <param name="indices">Which; none gives sums over nothing.</param>
    /// <param name="cancellation">Checked between chunks.</param>
    /// <exception cref="EngineException">The loss is not finite: the model has diverged.</exception>
    public static EvaluationSums Measure(Workspace workspace, ExampleSet examples, ReadOnlySpan<int> indices, CancellationToken cancellation)
    {
        var sums = Sum(workspace, examples, indices, cancellation);
        return double.IsFinite(sums.Sums.LossSum) ? sums : throw new EngineException("The loss of the evaluated parameters is not finite: the model has diverged. "
            + "Lower training.optimizer.learning_rate or federation.algorithm.server_learning_rate, or set training.clip_norm.");
    }

    /// <summary>As <see cref="Measure(Workspace, ExampleSet, ReadOnlySpan{int}, CancellationToken)"/>, with a loss that is not finite where the model has diverged.</summary>
    /// <param name="workspace">The replica.</param>
    /// <param name="examples">Where from.</param>
    /// <param name="indices">Which; none gives sums over nothing.</param>
    /// <param name="cancellation">Checked between chunks.</param>
    public static EvaluationSums Sum(Workspace workspace, ExampleSet examples, ReadOnlySpan<int> indices, CancellationToken cancellation)
    {
        var (sums, tallies) = (default(MetricSums), new TallyBook());
        using var inference = no_grad();
        for (var begin = 0; begin < indices.Length; begin += workspace.Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            sums += SumOf(workspace, examples, indices.Slice(begin, Math.Min(workspace.Chunk, indices.Length - begin)), tallies);
        }
        return new(sums, tallies.Tallies);
    }

    /// <summary>Lets the model write for some examples, which takes a pass for each token.</summary>
    /// <param name="workspace">The replica.</param>
    /// <param name="examples">Where from.</param>
    /// <param name="indices">Which.</param>
    /// <param name="beam">How it searches.</param>
    /// <param name="cancellation">Checked between chunks.</param>
    /// <returns>Tallies alone.</returns>
    public static EvaluationSums Write(Workspace workspace, ExampleSet examples, ReadOnlySpan<int> indices, BeamSpec beam, CancellationToken cancellation)
    {
        var tallies = new TallyBook();
        using var inference = no_grad();
        for (var begin = 0; begin < indices.Length; begin += workspace.Chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            using var disposal = NewDisposeScope();
            var chosen = indices.Slice(begin, Math.Min(workspace.Chunk, indices.Length - begin));
            workspace.Objective.Write(workspace.Replica, workspace.Buffer.Gather(examples, chosen), beam, tallies);
        }
        return new(default, tallies.Tallies);
    }

    private static MetricSums SumOf(Workspace workspace, ExampleSet examples, ReadOnlySpan<int> chosen, TallyBook tallies)
    {
        using var disposal = NewDisposeScope();
        var (mean, predictions, correct) = workspace.Objective.Measure(workspace.Replica, workspace.Buffer.Gather(examples, chosen), tallies);
        return new MetricSums(predictions, (double)mean.item<float>() * predictions, correct);
    }
}
