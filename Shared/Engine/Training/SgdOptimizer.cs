using System.Numerics.Tensors;
using Federated.Core.Jobs;

namespace Federated.Engine.Training;

/// <summary>Stochastic gradient descent with weight decay, momentum (Polyak) and Nesterov momentum, as torch.optim.SGD without dampening.</summary>
internal sealed class SgdOptimizer(OptimizerSpec spec, int parameters) : Optimizer
{
    private readonly float _momentum = (float)spec.Momentum, _decay = (float)spec.WeightDecay;
    private readonly float[] _velocity = spec.Momentum > 0 ? new float[parameters] : [];
    private float _rate;

    public override void Reset() => Array.Clear(_velocity);

    public override void BeginStep(double rate) => _rate = (float)rate;

    protected override void UpdateBlock(int offset, Span<float> parameters, Span<float> gradient)
    {
        if (_decay > 0) TensorPrimitives.MultiplyAdd(parameters, _decay, gradient, gradient);
        ReadOnlySpan<float> direction = gradient;
        if (_momentum > 0)
        {
            var velocity = _velocity.AsSpan(offset, gradient.Length);
            TensorPrimitives.MultiplyAdd(velocity, _momentum, gradient, velocity);
            if (spec.Nesterov) TensorPrimitives.MultiplyAdd(velocity, _momentum, gradient, gradient);
            else direction = velocity;
        }
        TensorPrimitives.MultiplyAdd(direction, -_rate, parameters, parameters);
    }
}
