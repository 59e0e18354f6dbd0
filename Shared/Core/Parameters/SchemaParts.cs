using System.Collections.Immutable;

namespace Federated.Core.Parameters;

/// <summary>Vectors that travel or are kept beside a model's.</summary>
public static class SchemaParts
{
    /// <summary>The model's tensors, then once more the same under names of their own: <c>control/1.weight</c>. None of the second half is trainable.</summary>
    /// <param name="model">Shape [P].</param>
    /// <param name="part">What stands before the slash.</param>
    /// <returns>Shape [2 P].</returns>
    public static ParameterSchema Twice(this ParameterSchema model, string part) =>
        new([.. model.Tensors, .. model.Tensors.Select(tensor => tensor with { Name = $"{part}/{tensor.Name}", Trainable = false })]);

    /// <summary>The model's tensors, then a vector.</summary>
    /// <param name="model">Shape [P].</param>
    /// <param name="name">The vector's name.</param>
    /// <param name="length">Its length n, at least 1.</param>
    /// <returns>Shape [P + n].</returns>
    public static ParameterSchema With(this ParameterSchema model, string name, int length) =>
        new([.. model.Tensors, new TensorSpec(name, ImmutableArray.Create(length), Trainable: false)]);

    /// <summary>A model's values with others behind them.</summary>
    /// <param name="model">Shape [P].</param>
    /// <param name="schema">Of both, shape [P + n].</param>
    /// <param name="others">Shape [n].</param>
    /// <exception cref="ArgumentException">The lengths are not those of the schema.</exception>
    public static ParameterVector Join(this ParameterVector model, ParameterSchema schema, ReadOnlySpan<float> others) => new(schema, [.. model.Values.Span, .. others]);

    /// <summary>Sets to 0 what gradients do not move: running statistics have no gradient, and so no correction of one.</summary>
    /// <param name="model">The tensors.</param>
    /// <param name="values">Shape [P].</param>
    public static void ClearStatistics(this ParameterSchema model, Span<float> values)
    {
        var offset = 0;
        foreach (var tensor in model.Tensors)
        {
            if (!tensor.Trainable) values.Slice(offset, tensor.Count).Clear();
            offset += tensor.Count;
        }
    }

    /// <summary>Copies what gradients do not move.</summary>
    /// <param name="model">The tensors.</param>
    /// <param name="from">Shape [P].</param>
    /// <param name="to">Shape [P]; trainable tensors stay.</param>
    public static void CopyStatistics(this ParameterSchema model, ReadOnlySpan<float> from, Span<float> to)
    {
        var offset = 0;
        foreach (var tensor in model.Tensors)
        {
            if (!tensor.Trainable) from.Slice(offset, tensor.Count).CopyTo(to[offset..]);
            offset += tensor.Count;
        }
    }
}
