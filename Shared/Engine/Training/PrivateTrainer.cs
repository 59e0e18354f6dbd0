using System.Collections.Immutable;
using System.Diagnostics;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Privacy;
using Federated.Core.Privacy.Differential;
using Federated.Core.Rounds.Selection;
using Federated.Engine.Data;
using Federated.Engine.Models;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Federated.Engine.Training;

/// <summary>DP-SGD: each step takes each example with probability q = B / n, cuts the gradient of each one to the length C, and steps along (Σ g_i + N(0, z² C²)) / (q n). Abadi, Chu, Goodfellow, McMahan, Mironov, Talwar, Zhang, "Deep
/// Learning with Differential Privacy", CCS 2016, arXiv:1607.00133, algorithm 1, with the job's optimiser. Lots and noise come from a secure source: whoever knew the seed would else know who was drawn, and the guarantee reckons with
/// nobody knowing. So the same arguments give other bits each time, and each time costs privacy. Not thread-safe.</summary>
/// <remarks>
/// Each example has a pass of its own, since libtorch keeps only the sum of a batch's gradients: a step costs about as much as B steps of one example. Penalties on weights and the algorithm's term tell nothing of the data and are
/// added after the noise. What an example whose gradient is not finite adds is nothing. An empty lot is a step along noise alone. Deviations: gradients are rounded to a grid, towards 0 (<see cref="GridSum"/>).
/// </remarks>
internal sealed class PrivateTrainer(
    Workspace workspace, PrivacyPlan plan, ExampleSet examples, ImmutableArray<int> indices, TrainingScope scope, ISecureRandom secret, CancellationToken cancellation) : ILocalTrainer
{
    private readonly TrainingSpec _training = plan.Job.Training;
    private readonly BatchPass _pass = new(workspace, plan.Job.Training, examples, indices, scope);
    private readonly FlatParameters _parameters = workspace.Replica.Parameters;

    /// <inheritdoc/>
    public ParameterSchema Schema => _parameters.Schema;

    /// <inheritdoc/>
    public long Examples => indices.Length;

    /// <inheritdoc/>
    /// <exception cref="EngineException">The loss or a parameter is no longer finite.</exception>
    public LocalTraining Train(ReadOnlySpan<float> start, Span<float> result, GradientTerm term)
    {
        var (draws, augment, lots) = (scope.Draws("dropout"), scope.Draws("augment"), new Lots(secret));
        var (rate, steps) = PrivateSteps.Of(_training, indices.Length);
        var sigma = plan.NoiseMultiplier * plan.Spec.Clip;
        var (sum, gradient) = (new GridSum(Schema.Count, plan.Spec.Clip, sigma), new float[Schema.Count]);
        _parameters.Load(start);
        _parameters.ClearGradients();   // of a call that ended by an exception
        workspace.Step.Reset();
        using var added = AddedGradient.Of(_parameters, term);

        var (sums, rates) = (default(MetricSums), 0.0);
        for (var step = 1; step <= steps; step++)
        {
            foreach (var index in indices)
            {
                if (!lots.Hit(rate)) continue;
                cancellation.ThrowIfCancellationRequested();
                sums += _pass.Run(examples, [index], draws, augment, step, share: 1);
                _pass.SaveGradients(gradient);
                if (TensorPrimitives.IsFiniteAll<float>(gradient)) sum.TryAdd(gradient, cut: true);
            }
            sum.Release(secret, sigma, rate * indices.Length, gradient);
            sum.Clear();
            SetGradients(gradient);
            if (GradientPenalty.IsAskedFor(_training)) GradientPenalty.Add(_parameters, _training);
            added?.Add();
            var pace = scope.Rate(_training.Optimizer, step, steps);
            rates += pace;
            workspace.Step.Take(pace);
            _parameters.ClearGradients();
        }
        _parameters.Save(result);
        return TensorPrimitives.IsFiniteAll<float>(result) ? new(sums, steps, rates) : throw scope.Diverged(_training, "the parameters are no longer finite", steps);
    }

    /// <inheritdoc/>
    /// <exception cref="UnreachableException">Always: a gradient without noise would go round the guarantee, and the job's checks allow no algorithm that asks for one.</exception>
    public MetricSums Gradient(ReadOnlySpan<float> at, Span<float> gradient) => throw WithoutNoise();

    /// <inheritdoc/>
    /// <exception cref="UnreachableException">As for <see cref="Gradient"/>.</exception>
    public LocalTraining ForEachBatch(Action<ILocalBatch> visit) => throw WithoutNoise();

    /// <inheritdoc/>
    /// <exception cref="UnreachableException">As for <see cref="Gradient"/>.</exception>
    public MetricSums Measure(ReadOnlySpan<float> at) => throw WithoutNoise();

    private void SetGradients(float[] gradient)
    {
        using var disposal = NewDisposeScope();
        for (var i = 0; i < _parameters.Tensors.Length; i++)
        {
            var place = _parameters.Tensors[i];
            if (place.requires_grad) place.grad = tensor(gradient.AsSpan(_parameters.Offsets[i], Schema.Tensors[i].Count).ToArray(), place.shape, device: _parameters.Device);
        }
    }

    private static UnreachableException WithoutNoise() => new("Under example-level privacy an algorithm asked for what has no noise.");
}
