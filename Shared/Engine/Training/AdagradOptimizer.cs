using System.Numerics.Tensors;
using Federated.Core.Jobs;

namespace Federated.Engine.Training;

/// <summary>Adagrad with a diagonal matrix (Duchi, Hazan and Singer, JMLR 12, 2011, figure 1), weight decay added to the gradient, as
/// torch.optim.Adagrad without decay of the rate: s ← s + g², w ← w - η g / (√s + ε), s being 0 at the start of every round.</summary>
internal sealed class AdagradOptimizer(OptimizerSpec spec, int parameters) : Optimizer
{
    private readonly float[] _sum = new float[parameters], _scratch = new float[Block];
    private readonly float _decay = (float)spec.WeightDecay;
    private float _rate;

    public override void Reset() => Array.Clear(_sum);

    public override void BeginStep(double rate) => _rate = (float)rate;

    protected override void UpdateBlock(int offset, Span<float> parameters, Span<float> gradient)
    {
        var sum = _sum.AsSpan(offset, gradient.Length);
        var scratch = _scratch.AsSpan(0, gradient.Length);
        if (_decay > 0) TensorPrimitives.MultiplyAdd(parameters, _decay, gradient, gradient);
        TensorPrimitives.Multiply(gradient, gradient, scratch);
        TensorPrimitives.Add(sum, scratch, sum);
        TensorPrimitives.Sqrt(sum, scratch);
        TensorPrimitives.Add(scratch, (float)spec.Epsilon, scratch);
        TensorPrimitives.Divide(gradient, scratch, scratch);
        TensorPrimitives.MultiplyAdd(scratch, -_rate, parameters, parameters);
    }
}
