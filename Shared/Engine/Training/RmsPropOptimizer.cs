using System.Numerics.Tensors;
using Federated.Core.Jobs;

namespace Federated.Engine.Training;

/// <summary>RMSprop (Tieleman and Hinton, COURSERA: Neural Networks for Machine Learning, lecture 6.5, 2012), weight decay added to the gradient, with
/// momentum on the scaled gradient, as torch.optim.RMSprop without centring: v ← α v + (1 - α) g², b ← μ b + g / (√v + ε), w ← w - η b.</summary>
internal sealed class RmsPropOptimizer(OptimizerSpec spec, int parameters) : Optimizer
{
    private readonly float[] _square = new float[parameters], _buffer = spec.Momentum > 0 ? new float[parameters] : [], _scratch = new float[Block];
    private readonly float _momentum = (float)spec.Momentum, _decay = (float)spec.WeightDecay;
    private float _rate;

    public override void Reset()
    {
        Array.Clear(_square);
        Array.Clear(_buffer);
    }

    public override void BeginStep(double rate) => _rate = (float)rate;

    protected override void UpdateBlock(int offset, Span<float> parameters, Span<float> gradient)
    {
        var square = _square.AsSpan(offset, gradient.Length);
        var scratch = _scratch.AsSpan(0, gradient.Length);
        if (_decay > 0) TensorPrimitives.MultiplyAdd(parameters, _decay, gradient, gradient);

        TensorPrimitives.Multiply(gradient, gradient, scratch);
        TensorPrimitives.Multiply(square, (float)spec.Alpha, square);
        TensorPrimitives.MultiplyAdd(scratch, (float)(1 - spec.Alpha), square, square);

        TensorPrimitives.Sqrt(square, scratch);
        TensorPrimitives.Add(scratch, (float)spec.Epsilon, scratch);
        TensorPrimitives.Divide(gradient, scratch, gradient);
        ReadOnlySpan<float> direction = gradient;
        if (_momentum > 0)
        {
            var buffer = _buffer.AsSpan(offset, gradient.Length);
            TensorPrimitives.MultiplyAdd(buffer, _momentum, gradient, buffer);
            direction = buffer;
        }
        TensorPrimitives.MultiplyAdd(direction, -_rate, parameters, parameters);
    }
}
