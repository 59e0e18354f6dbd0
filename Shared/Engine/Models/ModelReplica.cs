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

    /// <param name="plan">What to build.</param>
    /// <param name="keepSoftmax">False leaves a final softmax out, for losses that take the scores before it.</param>
    /// <param name="device">Where it computes; null for the processor.</param>
    /// <param name="own">The job's own model, whose plan it is; null for one of layers.</param>
    public ModelReplica(ModelPlan plan, bool keepSoftmax, Device? device = null, OwnModel? own = null)
    {
        Plan = plan;
        Parameters = new FlatParameters(plan.Schema, device);
        _own = own is null ? null : new OwnLayer(own, Parameters);
        _layers = _own is null ? LayerFactory.Create(plan, Parameters.Tensors, keepSoftmax) : [_own];
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
        var moved = Parameters.IsOnHost ? input : input.to(Parameters.Device);
        var symbols = Plan.Data.Vocabularies.IsEmpty ? null : moved.to_type(ScalarType.Int64);
        return _layers.Forward(moved, new ForwardPass(draws, symbols, draws is not null && Precision == TrainingPrecision.Bfloat16));
    }

    public void Dispose()
    {
        _own?.Dispose();
        Parameters.Dispose();
    }
}
