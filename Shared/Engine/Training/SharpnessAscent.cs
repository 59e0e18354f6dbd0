using System.Collections.Immutable;
using Federated.Engine.Models;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Federated.Engine.Training;

/// <summary>The way up and back of sharpness-aware minimisation: to w + ρ g / ‖g‖, where the gradient is taken anew, and to w again. Foret, Kleiner, Mobahi, Neyshabur, "Sharpness-Aware
/// Minimization for Efficiently Improving Generalization", ICLR 2021, algorithm 1 and equation 2 with p = 2, arXiv:2010.01412. Not thread-safe.</summary>
internal sealed class SharpnessAscent : IDisposable
{
    private readonly FlatParameters _parameters;
    private readonly double _radius;
    private readonly ImmutableArray<Tensor> _kept;

    /// <param name="parameters">The replica's.</param>
    /// <param name="radius">ρ, above 0 and finite.</param>
    public SharpnessAscent(FlatParameters parameters, double radius)
    {
        if (!(radius > 0 && double.IsFinite(radius))) throw new ArgumentOutOfRangeException(nameof(radius), radius, "ρ is finite and above 0.");
        (_parameters, _radius) = (parameters, radius);
        using var disposal = NewDisposeScope();
        _kept = [.. parameters.Tensors.Select(tensor => empty_like(tensor, requires_grad: false).DetachFromDisposeScope())];
    }

    /// <summary>Goes up along the gradients that the parameters have, and forgets these. All of the model is remembered: a second pass would move running statistics twice.</summary>
    /// <returns>False where the gradients are 0, or there are none, so that no way is up: nothing has changed.</returns>
    public bool Climb()
    {
        using var disposal = NewDisposeScope();
        using var values = no_grad();
        var norm = Math.Sqrt(_parameters.Tensors.Sum(tensor => tensor.grad is { } gradient ? Math.Pow(Norm(gradient), 2) : 0));
        if (!(norm > 0)) return false;
        for (var i = 0; i < _kept.Length; i++)
        {
            _kept[i].copy_(_parameters.Tensors[i]);
            if (_parameters.Tensors[i].grad is { } gradient) _parameters.Tensors[i].add_(gradient, _radius / norm);
        }
        _parameters.ClearGradients();
        return true;
    }

    /// <summary>Goes back; the gradients stay those of above.</summary>
    public void Return()
    {
        using var disposal = NewDisposeScope();
        using var values = no_grad();
        for (var i = 0; i < _kept.Length; i++) _parameters.Tensors[i].copy_(_kept[i]);
    }

    public void Dispose()
    {
        foreach (var tensor in _kept) tensor.Dispose();
    }

    private double Norm(Tensor gradient) => _parameters.IsOnHost ? TensorPrimitives.Norm<float>(gradient.Floats()) : gradient.norm().item<float>();
}
