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
    private bool _owned = true;

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
    public ImmutableArray<Tensor> Tensors { get; private set; }

    /// <summary>Where each tensor starts in the flat vector.</summary>
    public ImmutableArray<int> Offsets { get; }

    /// <summary>The native memory itself, shape [P]; valid until disposal.</summary>
    /// <exception cref="InvalidOperationException">It is on another device.</exception>
    public Span<float> Values => _flat.Floats();

    /// <summary>Called before values are loaded: a model that remembers more than its parameters begins anew.</summary>
    public Action? Renewing { get; set; }

    /// <summary>Makes tensors that somebody else owns the model's own: their values now lie in the flat vector, and so change with it.</summary>
    /// <param name="tensors">Leaves in schema order, shaped as the schema says. The flat vector does not take their values.</param>
    /// <returns>False where two of them are the same memory, which can be only one place of the flat vector.</returns>
    public bool Bind(ImmutableArray<Tensor> tensors)
    {
        if (_owned) foreach (var tensor in Tensors) tensor.Dispose();
        (_owned, Tensors) = (false, tensors);
        using var disposal = NewDisposeScope();
        using var quiet = no_grad();
        for (var i = 0; i < tensors.Length; i++)
            tensors[i].set_(_flat.narrow(0, Offsets[i], Schema.Tensors[i].Count).view(tensors[i].shape));
        var first = _flat.Address();
        return tensors.Index().All(tensor => tensor.Item.Address() == first + Offsets[tensor.Index] * sizeof(float));
    }

    /// <summary>Copies a flat vector into the model.</summary>
    /// <exception cref="ArgumentException">The length is not P.</exception>
    public void Load(ReadOnlySpan<float> values)
    {
        if (values.Length != Schema.Count)
            throw new ArgumentException($"The model has {Schema.Count} parameters, got {values.Length}.", nameof(values));
        Renewing?.Invoke();
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
        if (_owned) foreach (var tensor in Tensors) tensor.Dispose();
        _flat.Dispose();
        _host.Dispose();
    }

    private static void Copy(Tensor from, Tensor to)
    {
        using var disposal = NewDisposeScope();
        to.copy_(from);
    }
}
