using System.Collections.Immutable;
using Federated.Core.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Engine.Models;

/// <summary>All tensors of a model replica as views of one block of native memory, so that the flat vector [P] of the schema is the model's own memory:
/// loading and saving are one copy each, whatever the number of tensors. On another device than the processor there is a copy of the block on the host between the
/// two. Not thread-safe.</summary>
internal sealed class FlatParameters : IDisposable
{
    private readonly Tensor _flat, _host;

    /// <param name="schema">The tensors.</param>
    /// <param name="device">Where they are; null for the processor.</param>
    public FlatParameters(ParameterSchema schema, Device? device = null)
    {
        (Schema, Device) = (schema, device ?? CPU);
        using var scope = NewDisposeScope();
        _flat = zeros(schema.Count, float32, Device).DetachFromDisposeScope();
        _host = IsOnHost ? _flat : zeros(schema.Count, float32).DetachFromDisposeScope();
        var (tensors, offsets) = (ImmutableArray.CreateBuilder<Tensor>(), ImmutableArray.CreateBuilder<int>());
        var offset = 0;
        foreach (var spec in schema.Tensors)
        {
            // Detached, so that each is a leaf of the graph of its own.
            var view = _flat.narrow(0, offset, spec.Count).view([.. spec.Shape.Select(size => (long)size)]).detach();
            tensors.Add(view.requires_grad_(spec.Trainable).DetachFromDisposeScope());
            offsets.Add(offset);
            offset += spec.Count;
        }
        (Tensors, Offsets) = (tensors.ToImmutable(), offsets.ToImmutable());
    }

    public ParameterSchema Schema { get; }

    /// <summary>Where the tensors are.</summary>
    public Device Device { get; }

    /// <summary>Whether that is the processor, so that their memory can be read in place.</summary>
    public bool IsOnHost => Device.type == DeviceType.CPU;

    /// <summary>The tensors in schema order, shaped as the schema says.</summary>
    public ImmutableArray<Tensor> Tensors { get; }

    /// <summary>Where each tensor starts in the flat vector.</summary>
    public ImmutableArray<int> Offsets { get; }

    /// <summary>The native memory itself, shape [P]; valid until disposal.</summary>
    /// <exception cref="InvalidOperationException">It is on another device.</exception>
    public Span<float> Values => _flat.Floats();

    /// <summary>Copies a flat vector into the model.</summary>
    /// <exception cref="ArgumentException">The length is not P.</exception>
    public void Load(ReadOnlySpan<float> values)
    {
        if (values.Length != Schema.Count)
            throw new ArgumentException($"The model has {Schema.Count} parameters, got {values.Length}.", nameof(values));
        values.CopyTo(_host.Floats());
        if (!IsOnHost) Copy(_host, _flat);
    }

    /// <summary>Copies the model out.</summary>
    /// <exception cref="ArgumentException">The length is not P.</exception>
    public void Save(Span<float> values)
    {
        if (values.Length != Schema.Count)
            throw new ArgumentException($"The model has {Schema.Count} parameters, got room for {values.Length}.", nameof(values));
        if (!IsOnHost) Copy(_flat, _host);
        _host.Floats().CopyTo(values);
    }

    /// <summary>Forgets all gradients; the next backward pass hands over its own memory instead of adding to theirs.</summary>
    public void ClearGradients()
    {
        foreach (var tensor in Tensors) tensor.grad = null;
    }

    public void Dispose()
    {
        foreach (var tensor in Tensors) tensor.Dispose();
        _flat.Dispose();
        _host.Dispose();
    }

    private static void Copy(Tensor from, Tensor to)
    {
        using var disposal = NewDisposeScope();
        to.copy_(from);
    }
}
