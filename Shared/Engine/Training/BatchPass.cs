using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Randomness;
using Federated.Engine.Augmentation;
using Federated.Engine.Data;
using Federated.Engine.Models;
using Federated.Engine.Objectives;
using static TorchSharp.torch;

namespace Federated.Engine.Training;

/// <summary>Forward and backward over batches of one client. Not thread-safe.</summary>
internal sealed class BatchPass(Workspace workspace, TrainingSpec training, ExampleSet examples, ImmutableArray<int> indices, TrainingScope scope)
{
    private readonly float[]? _classWeights = ClassWeights.Of(training, workspace.Replica.Plan.Data, examples.Labels, indices.AsSpan());
    private readonly FlatParameters _parameters = workspace.Replica.Parameters;

    /// <summary>Forward and backward over one batch, with all tensors but the gradients gone at the end.</summary>
    /// <returns>Loss and hits, without <paramref name="contrast"/>, which is of the gradients alone.</returns>
    public MetricSums Run(ExampleSet drawn, ReadOnlySpan<int> chosen, RandomStream draws, RandomStream? augment, int step, double share, ContrastLoss? contrast = null)
    {
        using var disposal = NewDisposeScope();
        var batch = workspace.Buffer.Gather(drawn, chosen);
        var mixed = augment is null ? null : workspace.Augmentation?.Apply(batch, augment);
        var (scores, added) = Scores(batch.Input, draws, contrast);
        var (loss, predictions, correct) = Loss(scores, batch, mixed);
        var value = loss.item<float>();
        if (!float.IsFinite(value)) throw scope.Diverged(training, $"the loss is {value.ToString(CultureInfo.InvariantCulture)}", step);
        var whole = added is null ? loss : loss + added;
        (share < 1 ? whole * share : whole).backward();
        return new MetricSums(predictions, (double)value * predictions, correct);
    }

    private (Tensor Scores, Tensor? Added) Scores(Tensor input, RandomStream draws, ContrastLoss? contrast)
    {
        if (contrast is null) return (workspace.Replica.Forward(input, draws), null);
        var (scores, representation) = workspace.Replica.ForwardWithRepresentation(input, draws);
        return (scores, contrast.Of(input, representation));
    }

    // Of a mixture, the hits are those of the larger share.
    private Scored Loss(Tensor scores, Batch batch, Mixed? mixed)
    {
        var own = workspace.Objective.Train(scores, batch, _classWeights);
        if (mixed is not var (share, second)) return own;
        var other = workspace.Objective.Train(scores, second, _classWeights);
        return new(own.Mean * share + other.Mean * (1 - share), own.Predictions, share < 0.5 ? other.Correct : own.Correct);
    }

    /// <summary>What a batch's mean loss was divided by: its examples, or the weights of their classes.</summary>
    public double Weight(ExampleSet drawn, ReadOnlySpan<int> chosen)
    {
        if (_classWeights is null) return chosen.Length;
        var sum = 0.0;
        foreach (var example in chosen) sum += _classWeights[drawn.Labels[example]];
        return sum;
    }

    /// <summary>Copies the gradients out, 0 at tensors that have none, and forgets them.</summary>
    /// <param name="gradient">Shape [P].</param>
    public void SaveGradients(Span<float> gradient)
    {
        using var disposal = NewDisposeScope();
        gradient.Clear();
        for (var i = 0; i < _parameters.Tensors.Length; i++)
            if (_parameters.Tensors[i].grad is { } tensor) tensor.cpu().Floats().CopyTo(gradient[_parameters.Offsets[i]..]);
        _parameters.ClearGradients();
    }
}
