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

    private AddedGradient(FlatParameters parameters, GradientTerm term)
    {
        (_parameters, _proximal) = (parameters, term.Proximal);
        var anchors = ImmutableArray.CreateBuilder<Tensor>(parameters.Schema.Tensors.Length);
        using var disposal = NewDisposeScope();
        foreach (var (place, spec) in parameters.Schema.Tensors.Index())
        {
            var values = term.Anchor.Slice(parameters.Offsets[place], spec.Count).ToArray();
            anchors.Add(tensor(values, parameters.Tensors[place].shape, device: parameters.Device).DetachFromDisposeScope());
        }
        _anchors = anchors.MoveToImmutable();
    }

    /// <summary>The term for a replica; null where there is nothing to add.</summary>
    /// <exception cref="ArgumentException">The anchor's length is not P.</exception>
    public static AddedGradient? Of(FlatParameters parameters, GradientTerm term)
    {
        if (term.Proximal == 0) return null;
        return term.Anchor.Length == parameters.Schema.Count ? new(parameters, term)
            : throw new ArgumentException($"The model has {parameters.Schema.Count} parameters, the anchor {term.Anchor.Length}.", nameof(term));
    }

    /// <summary>Adds it to the gradients that the parameters have.</summary>
    public void Add()
    {
        using var disposal = NewDisposeScope();
        using var values = no_grad();
        for (var i = 0; i < _anchors.Length; i++)
            if (_parameters.Tensors[i] is { grad: { } gradient } tensor) gradient.add_(tensor - _anchors[i], _proximal);
    }

    public void Dispose()
    {
        foreach (var anchor in _anchors) anchor.Dispose();
    }
}
