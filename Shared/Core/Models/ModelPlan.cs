using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models;

/// <summary>One layer with its shapes known. Shapes are without the batch dimension: [C, H, W] or [features].</summary>
/// <param name="Number">1-based position in the layer list.</param>
/// <param name="Layer">The layer as the job has it.</param>
/// <param name="Input">Shape in.</param>
/// <param name="Output">Shape out.</param>
/// <param name="Tensors">Its parameters and running statistics in schema order, named <c>number.weight</c>, <c>number.bias</c>, <c>number.running_mean</c>,
/// <c>number.running_var</c>; shapes as in PyTorch (dense weight [out, in], conv weight [out, in, k, k]).</param>
public sealed record PlannedLayer(int Number, LayerSpec Layer, ImmutableArray<int> Input, ImmutableArray<int> Output, ImmutableArray<TensorSpec> Tensors);

/// <summary>A model whose shapes fit from input to output: what the engine builds, and all that a coordinator needs to know of it.</summary>
/// <param name="Input">Shape of one example.</param>
/// <param name="Outputs">Size of the last layer: classes, or 1 for regression.</param>
/// <param name="Layers">In order.</param>
/// <param name="Schema">All tensors in layer order.</param>
public sealed record ModelPlan(ImmutableArray<int> Input, int Outputs, ImmutableArray<PlannedLayer> Layers, ParameterSchema Schema);
