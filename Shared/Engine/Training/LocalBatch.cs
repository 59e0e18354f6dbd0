using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Randomness;
using Federated.Engine.Data;
using Federated.Engine.Models;

namespace Federated.Engine.Training;

/// <summary>A batch that an algorithm makes its own steps with. Each of its gradients has the same dropout masks and augmentation. Not thread-safe.</summary>
internal sealed class LocalBatch(
    BatchPass pass, FlatParameters parameters, TrainingSpec training, ExampleSet drawn, ReadOnlyMemory<int> chosen, RandomStream draws, RandomStream augment) : ILocalBatch
{
    private readonly RandomStream _draws = draws.Copy();
    private readonly RandomStream _augment = augment.Copy();
    private bool _asked;

    /// <inheritdoc/>
    public required int Step { get; init; }

    /// <inheritdoc/>
    public required int Steps { get; init; }

    /// <inheritdoc/>
    public required double Rate { get; init; }

    /// <summary>Loss and hits of the first gradient that was asked for.</summary>
    public MetricSums First { get; private set; }

    /// <inheritdoc/>
    public MetricSums Gradient(Span<float> at, Span<float> gradient)
    {
        parameters.Load(at);
        parameters.ClearGradients();
        // The first one moves the client's draws on, so that the next batch has others.
        var sums = _asked ? pass.Run(drawn, chosen.Span, _draws.Copy(), _augment.Copy(), Step, share: 1) : pass.Run(drawn, chosen.Span, draws, augment, Step, share: 1);
        if (GradientPenalty.IsAskedFor(training)) GradientPenalty.Add(parameters, training);
        pass.SaveGradients(gradient);
        parameters.Save(at);
        GradientClipping.Clip(gradient, training);
        if (!_asked) (First, _asked) = (sums, true);
        return sums;
    }
}
