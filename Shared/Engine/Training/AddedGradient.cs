using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Training;

/// <summary>An algorithm's <see cref="GradientTerm"/>, kept where the parameters are. Not thread-safe.</summary>
internal sealed class AddedGradient : IDisposable
{
    private readonly FlatParameters _parameters;
    private readonly double _proximal;
    private readonly ImmutableArray<Tensor> _anchors;
    private readonly ImmutableArray<Tensor> _offsets;

    private AddedGradient(FlatParameters parameters, GradientTerm term)
    {
        (_parameters, _proximal) = (parameters, term.Proximal);
        _anchors = term.Proximal > 0 ? Place(parameters, term.Anchor, "anchor") : [];
        _offsets = term.Offset.IsEmpty ? [] : Place(parameters, term.Offset, "offset");
    }

    /// <summary>The term for a replica; null where there is nothing to add.</summary>
    /// <exception cref="ArgumentException">A vector's length is not P.</exception>
    public static AddedGradient? Of(FlatParameters parameters, GradientTerm term) => term.Proximal == 0 && term.Offset.IsEmpty ? null : new(parameters, term);

    /// <summary>Adds it to the gradients that the parameters have.</summary>
    public void Add()
    {
        using var disposal = NewDisposeScope();
        using var values = no_grad();
        for (var i = 0; i < _parameters.Tensors.Length; i++)
        {
            if (_parameters.Tensors[i] is not { grad: { } gradient } tensor) continue;
            if (!_offsets.IsEmpty) gradient.add_(_offsets[i]);
            if (!_anchors.IsEmpty) gradient.add_(tensor - _anchors[i], _proximal);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _anchors.Concat(_offsets)) tensor.Dispose();
    }

    private static ImmutableArray<Tensor> Place(FlatParameters parameters, ReadOnlySpan<float> vector, string what)
    {
        if (vector.Length != parameters.Schema.Count) throw new ArgumentException($"The model has {parameters.Schema.Count} parameters, the {what} {vector.Length}.", nameof(vector));
        var tensors = ImmutableArray.CreateBuilder<Tensor>(parameters.Schema.Tensors.Length);
        using var disposal = NewDisposeScope();
        foreach (var (place, spec) in parameters.Schema.Tensors.Index())
        {
            var values = vector.Slice(parameters.Offsets[place], spec.Count).ToArray();
            tensors.Add(tensor(values, parameters.Tensors[place].shape, device: parameters.Device).DetachFromDisposeScope());
        }
        return tensors.MoveToImmutable();
    }
}
