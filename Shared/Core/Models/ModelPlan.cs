using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models;

/// <summary>One layer with its shapes known.</summary>
/// <param name="Number">1-based position in its layer list.</param>
/// <param name="Layer">The layer as the job has it.</param>
/// <param name="Input">What comes in.</param>
/// <param name="Output">What it gives.</param>
/// <param name="Tensors">Its parameters and running statistics in schema order, named <c>number.weight</c>, <c>number.bias</c>, <c>number.running_mean</c>,
/// <c>number.running_var</c>; shapes as in PyTorch (dense weight [out, in], conv weight [out, in, k, k]). Those of the layers inside it come first, named
/// <c>number.number.weight</c> and so on.</param>
public sealed record PlannedLayer(int Number, LayerSpec Layer, Signal Input, Signal Output, ImmutableArray<TensorSpec> Tensors)
{
    /// <summary>The layers inside it, in order; empty for most.</summary>
    public ImmutableArray<PlannedLayer> Inner { get; init; } = [];

    /// <summary>This layer and all inside it, outermost first.</summary>
    public IEnumerable<PlannedLayer> WithInner() => Inner.SelectMany(inner => inner.WithInner()).Prepend(this);
}

/// <summary>A model whose shapes fit from input to output: what the engine builds, and all that a coordinator needs to know of it.</summary>
/// <param name="Data">What the data gives to it and wants of it.</param>
/// <param name="Layers">In order.</param>
/// <param name="Schema">All tensors in layer order.</param>
public sealed record ModelPlan(DataShape Data, ImmutableArray<PlannedLayer> Layers, ParameterSchema Schema);
