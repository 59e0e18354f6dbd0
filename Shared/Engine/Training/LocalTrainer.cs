using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Engine.Data;
using Federated.Engine.Models;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Federated.Engine.Training;

/// <summary>Trains one client in one round. Results depend on the arguments alone: each call of <see cref="Train"/> or <see cref="Gradient"/> draws its
/// order of examples, its dropout masks and its augmentation afresh from seed, round and client, and the optimiser starts from nothing. Not thread-safe.</summary>
internal sealed class LocalTrainer(
    Workspace workspace, TrainingSpec training, ExampleSet examples, ImmutableArray<int> indices, ImmutableArray<int> validation, TrainingScope scope,
    CancellationToken cancellation)
    : ILocalTrainer
{
    private readonly BatchPass _pass = new(workspace, training, examples, indices, scope);
    private readonly FlatParameters _parameters = workspace.Replica.Parameters;
    private readonly bool _pairs = workspace.Replica.NeedsPairs;

    /// <inheritdoc/>
    public ParameterSchema Schema => _parameters.Schema;

    /// <inheritdoc/>
    public long Examples => indices.Length;

    private int StepsOf(int epochs) => epochs * BatchPlan.Ends(checked((int)examples.EpochSize(indices.Length)), training.BatchSize, _pairs).Count();

    /// <inheritdoc/>
    /// <exception cref="EngineException">The loss or a parameter is no longer finite, or batch normalisation would see a single example.</exception>
    public LocalTraining Train(ReadOnlySpan<float> start, Span<float> result, GradientTerm term)
    {
        var shuffle = scope.Draws("shuffle");
        var draws = scope.Draws("dropout");
        var augment = scope.Draws("augment");
        var samples = scope.Draws("samples");
        var order = indices.ToArray();
        var stopping = training.Patience is { } patience && !validation.IsEmpty ? new EarlyStopping(patience) : null;
        var epochs = term.Epochs > 0 ? term.Epochs : training.Epochs;
        var steps = StepsOf(epochs);
        if (!term.Frozen.IsEmpty && term.Frozen.Length != _parameters.Tensors.Length) throw new ArgumentException($"The model has {_parameters.Tensors.Length} tensors, got {term.Frozen.Length} to freeze or not.", nameof(term));
        RefuseLoneExample(training.BatchSize);
        _parameters.Load(start);
        _parameters.ClearGradients();   // of a call that ended by an exception
        workspace.Step.Reset();
        using var added = AddedGradient.Of(_parameters, term);
        var contrast = ContrastLoss.Of(workspace, term.Contrast);
        using var ascent = term.Radius > 0 ? new SharpnessAscent(_parameters, term.Radius) : null;

        var (sums, step, rates) = (default(MetricSums), 0, 0.0);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            shuffle.Shuffle<int>(order);
            var (drawn, rows) = examples.ForEpoch(order, samples);
            var begin = 0;
            foreach (var end in BatchPlan.Ends(rows.Length, training.BatchSize, _pairs))
            {
                cancellation.ThrowIfCancellationRequested();
                var (sameDraws, sameAugment) = ascent is null ? default : (draws.Copy(), augment.Copy());
                sums += _pass.Run(drawn, rows.AsSpan(begin, end - begin), draws, augment, ++step, share: 1, contrast);
                ForgetGradients(term.Frozen);
                if (ascent?.Climb() == true)
                {
                    _pass.Run(drawn, rows.AsSpan(begin, end - begin), sameDraws, sameAugment, step, share: 1, contrast);
                    ForgetGradients(term.Frozen);
                    ascent.Return();
                }
                if (GradientPenalty.IsAskedFor(training)) GradientPenalty.Add(_parameters, training);
                added?.Add();
                var rate = scope.Rate(training.Optimizer, step, steps);
                rates += rate;
                workspace.Step.Take(rate);
                _parameters.ClearGradients();
                begin = end;
            }
            if (stopping?.Observe(Evaluator.Measure(workspace, examples, validation.AsSpan(), cancellation).Sums.Loss, _parameters) == true) break;
        }
        stopping?.Restore(_parameters);
        _parameters.Save(result);
        Keep(start, result, term.Frozen);
        return TensorPrimitives.IsFiniteAll<float>(result) ? new(sums, step, rates) : throw scope.Diverged(training, "the parameters are no longer finite", step);
    }

    /// <inheritdoc/>
    /// <remarks>The pass is a training pass: dropout drops, and batch normalisation uses each chunk's own statistics.</remarks>
    /// <exception cref="EngineException">The loss is not finite, or batch normalisation would see a single example.</exception>
    public MetricSums Gradient(ReadOnlySpan<float> at, Span<float> gradient)
    {
        var draws = scope.Draws("dropout");
        RefuseLoneExample(workspace.Chunk);
        _parameters.Load(at);
        _parameters.ClearGradients();

        var (drawn, rows) = examples.ForEpoch(indices.ToArray(), scope.Draws("samples"));
        var whole = _pass.Weight(drawn, rows);
        var (sums, begin) = (default(MetricSums), 0);
        foreach (var end in BatchPlan.Ends(rows.Length, workspace.Chunk, _pairs))
        {
            cancellation.ThrowIfCancellationRequested();
            // Backward adds to the gradients that are there; a chunk's share makes the sum that of the mean over all examples.
            sums += _pass.Run(drawn, rows.AsSpan(begin, end - begin), draws, augment: null, step: 0, share: _pass.Weight(drawn, rows.AsSpan(begin, end - begin)) / whole);
            begin = end;
        }
        if (GradientPenalty.IsAskedFor(training)) GradientPenalty.Add(_parameters, training);
        _pass.SaveGradients(gradient);
        return sums;
    }

    /// <inheritdoc/>
    /// <exception cref="EngineException">The loss of a batch is not finite, or batch normalisation would see a single example.</exception>
    public LocalTraining ForEachBatch(Action<ILocalBatch> visit)
    {
        var (shuffle, draws, augment, samples) = (scope.Draws("shuffle"), scope.Draws("dropout"), scope.Draws("augment"), scope.Draws("samples"));
        var (order, steps) = (indices.ToArray(), StepsOf(training.Epochs));
        RefuseLoneExample(training.BatchSize);
        var (sums, step, rates) = (default(MetricSums), 0, 0.0);
        for (var epoch = 0; epoch < training.Epochs; epoch++)
        {
            shuffle.Shuffle<int>(order);
            var (drawn, rows) = examples.ForEpoch(order, samples);
            var begin = 0;
            foreach (var end in BatchPlan.Ends(rows.Length, training.BatchSize, _pairs))
            {
                cancellation.ThrowIfCancellationRequested();
                var batch = new LocalBatch(_pass, _parameters, training, drawn, rows.AsMemory(begin, end - begin), draws, augment)
                {
                    Step = ++step,
                    Steps = steps,
                    Rate = scope.Rate(training.Optimizer, step, steps),
                };
                visit(batch);
                (sums, rates, begin) = (sums + batch.First, rates + batch.Rate, end);
            }
        }
        return new(sums, step, rates);
    }

    /// <inheritdoc/>
    public MetricSums Measure(ReadOnlySpan<float> at)
    {
        _parameters.Load(at);
        return Evaluator.Sum(workspace, examples, indices.AsSpan(), cancellation).Sums;
    }

    // A tensor without a gradient is passed over by penalties, clipping and optimiser.
    private void ForgetGradients(ReadOnlySpan<bool> frozen)
    {
        for (var i = 0; i < frozen.Length; i++)
            if (frozen[i]) _parameters.Tensors[i].grad = null;
    }

    // Passes move running statistics whatever has a gradient.
    private void Keep(ReadOnlySpan<float> start, Span<float> result, ReadOnlySpan<bool> frozen)
    {
        for (var i = 0; i < frozen.Length; i++)
            if (frozen[i]) start.Slice(_parameters.Offsets[i], Schema.Tensors[i].Count).CopyTo(result[_parameters.Offsets[i]..]);
    }

    private void RefuseLoneExample(int batch)
    {
        if (_pairs && (indices.Length == 1 || batch == 1))
            throw new EngineException($"Client '{scope.Client}' has batches of one example, from which batch_norm after a dense layer cannot learn: "
                + "use group_norm, raise training.batch_size, or give every client two examples or more.");
    }
}
