using System.Collections.Immutable;
using Federated.Core.Parameters;
using Federated.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Federated.Engine.OwnModels;

/// <summary>One instance of a model of one's own, with its tensors in schema order: parameters, then float32 buffers. Not thread-safe.</summary>
internal sealed class OwnModule : IDisposable
{
    private readonly nn.Module _module;
    private readonly Func<Tensor, Tensor> _forward;
    private readonly ImmutableArray<Named> _named;
    private readonly ImmutableArray<(Tensor Buffer, Tensor Start)> _others;
    private bool? _training;

    /// <param name="module">Is disposed of with this.</param>
    /// <param name="forward">Its computation.</param>
    /// <param name="device">Where it is moved.</param>
    /// <param name="name">The file, for messages.</param>
    /// <exception cref="EngineException">A tensor cannot be learnt, or none can; the message has every reason.</exception>
    public OwnModule(nn.Module module, Func<Tensor, Tensor> forward, Device device, string name)
    {
        (_module, _forward) = (module, forward);
        using var scope = NewDisposeScope();   // a module of TorchScript gives new handles of its tensors each time that it is asked: those that stay are taken out
        if (device.type != DeviceType.CPU) module.to(device);   // before its tensors are read, which moving may replace
        var (named, others, errors) = (new List<Named>(), new List<(Tensor, Tensor)>(), new List<string>());
        foreach (var (text, parameter) in module.named_parameters()) Add(text, parameter, parameter.requires_grad, isBuffer: false);
        foreach (var (text, buffer) in module.named_buffers()) Add(text, buffer, trainable: false, isBuffer: true);
        (_named, _others) = ([.. named], [.. others]);
        if (errors.Count == 0 && !named.Any(tensor => tensor.Spec.Trainable))
            errors.Add("it has no trainable parameters; a module of TorchSharp calls RegisterComponents() in its constructor");
        if (errors.Count == 0) return;
        Dispose();
        throw new EngineException($"The model in {name} cannot be trained: {string.Join("; ", errors)}.");

        void Add(string text, Tensor tensor, bool trainable, bool isBuffer)
        {
            if (isBuffer && !tensor.is_floating_point() && !tensor.is_complex()) others.Add((tensor.DetachFromDisposeScope(), tensor.clone().DetachFromDisposeScope()));
            else if (tensor.dtype != ScalarType.Float32) errors.Add($"{text} is {tensor.dtype} and must be Float32");
            else if (tensor.numel() == 0) errors.Add($"{text} is empty");
            else if (text.Any(char.IsControl)) errors.Add("a tensor has a name with control characters");
            // Weights that several layers share are one tensor under several names.
            else if (!named.Any(known => known.Tensor.Address() == tensor.Address() && known.Tensor.numel() == tensor.numel()))
                named.Add(new(new TensorSpec(text, [.. tensor.shape.Select(size => (int)size)], trainable), tensor.DetachFromDisposeScope()));
        }
    }

    /// <summary>Names and shapes.</summary>
    public ParameterSchema Schema => new([.. _named.Select(tensor => tensor.Spec)]);

    /// <summary>In schema order. After a backward pass the gradients are here.</summary>
    public ImmutableArray<Tensor> Tensors => [.. _named.Select(tensor => tensor.Tensor)];

    /// <summary>Scores of a batch.</summary>
    public Tensor Forward(Tensor input, bool training)
    {
        if (_training != training)
        {
            using var scope = NewDisposeScope();
            _module.train(training);
        }
        _training = training;
        return _forward(input);
    }

    /// <summary>Puts buffers that are not learnt, such as counters, back to where they began.</summary>
    public void Restart()
    {
        using var quiet = no_grad();
        foreach (var (buffer, start) in _others) buffer.copy_(start);   // gives the buffer itself
    }

    public void Dispose()
    {
        foreach (var (_, tensor) in _named) tensor.Dispose();
        foreach (var (buffer, start) in _others)
        {
            buffer.Dispose();
            start.Dispose();
        }
        _module.Dispose();
    }

    private sealed record Named(TensorSpec Spec, Tensor Tensor);
}
