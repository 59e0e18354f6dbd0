using System.Collections.Immutable;
using System.Globalization;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Randomness;
using Federated.Engine.Augmentation;
using Federated.Engine.Data;
using Federated.Engine.Models;
using Federated.Engine.Objectives;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Federated.Engine.Training;

/// <summary>Trains one client in one round. Results depend on the arguments alone: each call of <see cref="Train"/> or <see cref="Gradient"/> draws its
/// order of examples, its dropout masks and its augmentation afresh from seed, round and client, and the optimiser starts from nothing. Not thread-safe.</summary>
internal sealed class LocalTrainer(
    Workspace workspace, TrainingSpec training, ExampleSet examples, ImmutableArray<int> indices, ImmutableArray<int> validation, TrainingScope scope,
    CancellationToken cancellation)
    : ILocalTrainer
{
    private readonly float[]? _classWeights = ClassWeights.Of(training, workspace.Replica.Plan.Data, examples.Labels, indices.AsSpan());
    private readonly FlatParameters _parameters = workspace.Replica.Parameters;
    private readonly bool _pairs = workspace.Replica.NeedsPairs;

    /// <inheritdoc/>
    public ParameterSchema Schema => _parameters.Schema;

    /// <inheritdoc/>
    public long Examples => indices.Length;

    /// <inheritdoc/>
    /// <exception cref="EngineException">The loss or a parameter is no longer finite, or batch normalisation would see a single example.</exception>
    public LocalTraining Train(ReadOnlySpan<float> start, Span<float> result, GradientTerm term)
    {
        var shuffle = new RandomStream(SeedTree.Derive(scope.Seed, "shuffle", scope.Round, scope.Client));
        var draws = new RandomStream(SeedTree.Derive(scope.Seed, "dropout", scope.Round, scope.Client));
        var augment = new RandomStream(SeedTree.Derive(scope.Seed, "augment", scope.Round, scope.Client));
        var samples = Samples();
        var order = indices.ToArray();
        var stopping = training.Patience is { } patience && !validation.IsEmpty ? new EarlyStopping(patience) : null;
        var steps = training.Epochs * BatchPlan.Ends(checked((int)examples.EpochSize(order.Length)), training.BatchSize, _pairs).Count();
        RefuseLoneExample(training.BatchSize);
        _parameters.Load(start);
        _parameters.ClearGradients();   // of a call that ended by an exception
        workspace.Step.Reset();
        using var added = AddedGradient.Of(_parameters, term);
        using var ascent = term.Radius > 0 ? new SharpnessAscent(_parameters, term.Radius) : null;

        var (sums, step, rates) = (default(MetricSums), 0, 0.0);
        for (var epoch = 0; epoch < training.Epochs; epoch++)
        {
            shuffle.Shuffle<int>(order);
            var (drawn, rows) = examples.ForEpoch(order, samples);
            var begin = 0;
            foreach (var end in BatchPlan.Ends(rows.Length, training.BatchSize, _pairs))
            {
                cancellation.ThrowIfCancellationRequested();
                var (sameDraws, sameAugment) = ascent is null ? default : (draws.Copy(), augment.Copy());
                sums += Pass(drawn, rows.AsSpan(begin, end - begin), draws, augment, ++step, share: 1);
                if (ascent?.Climb() == true)
                {
                    Pass(drawn, rows.AsSpan(begin, end - begin), sameDraws, sameAugment, step, share: 1);
                    ascent.Return();
                }
                if (GradientPenalty.IsAskedFor(training)) GradientPenalty.Add(_parameters, training);
                added?.Add();
                var rate = Rate(step, steps);
                rates += rate;
                workspace.Step.Take(rate);
                _parameters.ClearGradients();
                begin = end;
            }
            if (stopping?.Observe(Evaluator.Measure(workspace, examples, validation.AsSpan(), cancellation).Sums.Loss, _parameters) == true) break;
        }
        stopping?.Restore(_parameters);
        _parameters.Save(result);
        return TensorPrimitives.IsFiniteAll<float>(result) ? new(sums, step, rates) : throw Diverged("the parameters are no longer finite", step);
    }

    /// <inheritdoc/>
    /// <remarks>The pass is a training pass: dropout drops, and batch normalisation uses each chunk's own statistics.</remarks>
    /// <exception cref="EngineException">The loss is not finite, or batch normalisation would see a single example.</exception>
    public MetricSums Gradient(ReadOnlySpan<float> at, Span<float> gradient)
    {
        var draws = new RandomStream(SeedTree.Derive(scope.Seed, "dropout", scope.Round, scope.Client));
        RefuseLoneExample(workspace.Chunk);
        _parameters.Load(at);
        _parameters.ClearGradients();

        var (drawn, rows) = examples.ForEpoch(indices.ToArray(), Samples());
        var whole = Weight(drawn, rows);
        var (sums, begin) = (default(MetricSums), 0);
        foreach (var end in BatchPlan.Ends(rows.Length, workspace.Chunk, _pairs))
        {
            cancellation.ThrowIfCancellationRequested();
            // Backward adds to the gradients that are there; a chunk's share makes the sum that of the mean over all examples.
            sums += Pass(drawn, rows.AsSpan(begin, end - begin), draws, augment: null, step: 0, share: Weight(drawn, rows.AsSpan(begin, end - begin)) / whole);
            begin = end;
        }
        if (GradientPenalty.IsAskedFor(training)) GradientPenalty.Add(_parameters, training);
        SaveGradients(gradient);
        return sums;
    }

    private double Rate(int step, int steps) => training.Optimizer.Schedule.Over == ScheduleUnit.Rounds
        ? RateCurve.Of(training.Optimizer).At(scope.Round - 1, scope.Rounds)
        : RateCurve.Of(training.Optimizer).At(step - 1, steps);

    /// <summary>Forward and backward over one batch, with all tensors but the gradients gone at the end.</summary>
    private MetricSums Pass(ExampleSet drawn, ReadOnlySpan<int> chosen, RandomStream draws, RandomStream? augment, int step, double share)
    {
        using var disposal = NewDisposeScope();
        var batch = workspace.Buffer.Gather(drawn, chosen);
        var mixed = augment is null ? null : workspace.Augmentation?.Apply(batch, augment);
        var scores = workspace.Replica.Forward(batch.Input, draws);
        var (loss, predictions, correct) = Loss(scores, batch, mixed);
        var value = loss.item<float>();
        if (!float.IsFinite(value)) throw Diverged($"the loss is {value.ToString(CultureInfo.InvariantCulture)}", step);
        (share < 1 ? loss * share : loss).backward();
        return new MetricSums(predictions, (double)value * predictions, correct);
    }

    // Of a mixture, the hits are those of the larger share.
    private Scored Loss(Tensor scores, Batch batch, Mixed? mixed)
    {
        var own = workspace.Objective.Train(scores, batch, _classWeights);
        if (mixed is not var (share, second)) return own;
        var other = workspace.Objective.Train(scores, second, _classWeights);
        return new(own.Mean * share + other.Mean * (1 - share), own.Predictions, share < 0.5 ? other.Correct : own.Correct);
    }

    // What a batch's mean loss was divided by: its examples, or the weights of their classes.
    private double Weight(ExampleSet drawn, ReadOnlySpan<int> chosen)
    {
        if (_classWeights is null) return chosen.Length;
        var sum = 0.0;
        foreach (var example in chosen) sum += _classWeights[drawn.Labels[example]];
        return sum;
    }

    private RandomStream Samples() => new(SeedTree.Derive(scope.Seed, "samples", scope.Round, scope.Client));

    private void SaveGradients(Span<float> gradient)
    {
        using var disposal = NewDisposeScope();
        gradient.Clear();
        for (var i = 0; i < _parameters.Tensors.Length; i++)
            if (_parameters.Tensors[i].grad is { } tensor) tensor.cpu().Floats().CopyTo(gradient[_parameters.Offsets[i]..]);
        _parameters.ClearGradients();
    }

    private void RefuseLoneExample(int batch)
    {
        if (_pairs && (indices.Length == 1 || batch == 1))
            throw new EngineException($"Client '{scope.Client}' has batches of one example, from which batch_norm after a dense layer cannot learn: "
                + "use group_norm, raise training.batch_size, or give every client two examples or more.");
    }

    private EngineException Diverged(string what, int step)
    {
        var rate = training.Optimizer.LearningRate.ToString(CultureInfo.InvariantCulture);
        return new EngineException(step > 0
            ? $"Training of client '{scope.Client}' diverged in round {scope.Round}: at step {step} with learning rate {rate} {what}. "
                + "Lower training.optimizer.learning_rate, or set training.clip_norm."
            : $"Client '{scope.Client}' has no gradient in round {scope.Round}: at the parameters received {what}. "
                + "Lower federation.algorithm.server_learning_rate.");
    }
}

/// <summary>What a client's draws derive from.</summary>
/// <param name="Seed">The job's seed.</param>
/// <param name="Round">1-based.</param>
/// <param name="Client">The client's name.</param>
/// <param name="Rounds">The job's rounds: at least the round.</param>
internal sealed record TrainingScope(ulong Seed, int Round, string Client, int Rounds);
