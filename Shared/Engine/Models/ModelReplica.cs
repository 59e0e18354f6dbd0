using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Layers;
using Federated.Engine.Layers.Transformers;
using Federated.Engine.OwnModels;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Models;

/// <summary>One runnable copy of a planned model. Built once and loaded with parameters many times. Not thread-safe; call it inside a dispose scope.</summary>
internal sealed class ModelReplica : IDisposable
{
    private readonly ImmutableArray<ILayer> _layers;
    private readonly OwnLayer? _own;
    private readonly int _last;

    /// <param name="plan">What to build.</param>
    /// <param name="keepSoftmax">False leaves a final softmax out, for losses that take the scores before it.</param>
    /// <param name="device">Where it computes; null for the processor.</param>
    /// <param name="own">The job's own model, whose plan it is; null for one of layers.</param>
    public ModelReplica(ModelPlan plan, bool keepSoftmax, Device? device = null, OwnModel? own = null)
    {
        Plan = plan;
        Parameters = new FlatParameters(plan.Schema, device);
        _own = own is null ? null : new OwnLayer(own, Parameters);
        _layers = _own is null ? LayerFactory.Create(plan, Parameters.Tensors, keepSoftmax, out _last) : [_own];
        NeedsPairs = own?.NeedsPairs ?? BatchPlan.NeedsPairs(plan);
    }

    /// <summary>Whether it cannot learn from a batch of one example.</summary>
    public bool NeedsPairs { get; }

    public ModelPlan Plan { get; }

    public FlatParameters Parameters { get; }

    /// <summary>Of training passes; evaluation is in float32.</summary>
    public TrainingPrecision Precision { get; init; }

    /// <summary>The layer that translates token by token, in a model for sentence pairs; else null.</summary>
    public EncoderDecoder? Translator => _layers is [EncoderDecoder translator] ? translator : null;

    /// <summary>Scores for a batch.</summary>
    /// <param name="input">Shape [batch, input...], on the host or on the replica's device.</param>
    /// <param name="draws">A training pass draws from here; null for evaluation.</param>
    /// <returns>Shape [batch, output...], on the replica's device.</returns>
    public Tensor Forward(Tensor input, RandomStream? draws)
    {
        var (moved, pass) = Begin(input, draws);
        return _layers.Forward(moved, pass);
    }

    /// <summary>Scores for a batch, and what goes into the last layer with trainable tensors.</summary>
    /// <param name="input">As of the other.</param>
    /// <param name="draws">The same.</param>
    /// <returns>Scores, shape [batch, output...], and the representation, shape [batch, ...], on the replica's device.</returns>
    /// <exception cref="InvalidOperationException">There is no such layer with something before it.</exception>
    public (Tensor Scores, Tensor Representation) ForwardWithRepresentation(Tensor input, RandomStream? draws)
    {
        var (moved, pass) = Begin(input, draws);
        var representation = Representing.Forward(moved, pass);
        return (_layers[_last..].Forward(representation, pass), representation);
    }

    /// <summary>What goes into the last layer with trainable tensors, as in evaluation.</summary>
    /// <param name="input">As of <see cref="Forward"/>.</param>
    /// <returns>Shape [batch, ...], on the replica's device.</returns>
    /// <exception cref="InvalidOperationException">There is no such layer with something before it.</exception>
    public Tensor Represent(Tensor input)
    {
        var (moved, pass) = Begin(input, draws: null);
        return Representing.Forward(moved, pass);
    }

    private ImmutableArray<ILayer> Representing => _last > 0 ? _layers[.._last] : throw new InvalidOperationException("Nothing comes before the model's last layer with weights.");

    private (Tensor Input, ForwardPass Pass) Begin(Tensor input, RandomStream? draws)
    {
        var moved = Parameters.IsOnHost ? input : input.to(Parameters.Device);
        var symbols = Plan.Data.Vocabularies.IsEmpty ? null : moved.to_type(ScalarType.Int64);
        return (moved, new ForwardPass(draws, symbols, draws is not null && Precision == TrainingPrecision.Bfloat16));
    }

    public void Dispose()
    {
        _own?.Dispose();
        Parameters.Dispose();
    }
}
