using System.Numerics.Tensors;
using Federated.Core.Jobs;

namespace Federated.Engine.Training;

/// <summary>Adam (Kingma and Ba, ICLR 2015, algorithm 1, arXiv:1412.6980), weight decay added to the gradient; AdamW (Loshchilov and Hutter, ICLR 2019,
/// algorithm 2, arXiv:1711.05101), weight decay apart from it and scaled by the learning rate, as torch.optim.AdamW.</summary>
internal sealed class AdamOptimizer(OptimizerSpec spec, int parameters) : Optimizer
{
    private readonly float[] _mean = new float[parameters], _square = new float[parameters], _scratch = new float[Block];
    private readonly float _decay = (float)spec.WeightDecay;
    private float _rate, _rootCorrection, _kept;
    private int _step;

    public override void Reset()
    {
        Array.Clear(_mean);
        Array.Clear(_square);
        _step = 0;
    }

    public override void BeginStep(double rate)
    {
        _step++;
        _rate = (float)(rate / (1 - Math.Pow(spec.Beta1, _step)));
        _kept = (float)(1 - rate * spec.WeightDecay);
        _rootCorrection = (float)(1 / Math.Sqrt(1 - Math.Pow(spec.Beta2, _step)));
    }

    protected override void UpdateBlock(int offset, Span<float> parameters, Span<float> gradient)
    {
        var mean = _mean.AsSpan(offset, gradient.Length);
        var square = _square.AsSpan(offset, gradient.Length);
        var scratch = _scratch.AsSpan(0, gradient.Length);
        if (_decay > 0 && spec.Name == OptimizerName.AdamW)
            TensorPrimitives.Multiply(parameters, _kept, parameters);
        else if (_decay > 0)
            TensorPrimitives.MultiplyAdd(parameters, _decay, gradient, gradient);

        TensorPrimitives.Multiply(mean, (float)spec.Beta1, mean);
        TensorPrimitives.MultiplyAdd(gradient, (float)(1 - spec.Beta1), mean, mean);
        TensorPrimitives.Multiply(square, (float)spec.Beta2, square);
        TensorPrimitives.Multiply(gradient, gradient, scratch);
        TensorPrimitives.MultiplyAdd(scratch, (float)(1 - spec.Beta2), square, square);

        TensorPrimitives.Sqrt(square, scratch);
        TensorPrimitives.Multiply(scratch, _rootCorrection, scratch);
        TensorPrimitives.Add(scratch, (float)spec.Epsilon, scratch);
        TensorPrimitives.Divide(mean, scratch, scratch);
        TensorPrimitives.MultiplyAdd(scratch, -_rate, parameters, parameters);
    }
}
