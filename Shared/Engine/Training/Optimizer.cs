using System.Numerics.Tensors;
using Federated.Core.Jobs;

namespace Federated.Engine.Training;

/// <summary>A client's optimiser as arithmetic on flat memory, block by block so that a block's operands stay in the first cache. Gives PyTorch's
/// numbers but for rounding. Weight decay concerns every trainable tensor, biases too, as in PyTorch. Not thread-safe.</summary>
internal abstract class Optimizer
{
    private const int Block = 2048;

    /// <summary>The optimiser that a job asks for, for a model of P parameters.</summary>
    public static Optimizer Create(OptimizerSpec spec, int parameters) => spec.Name switch
    {
        OptimizerName.Sgd => new SgdOptimizer(spec, parameters),
        OptimizerName.Adam or OptimizerName.AdamW => new AdamOptimizer(spec, parameters),
        _ => throw new ArgumentException($"{spec.Name} is not a known optimiser.", nameof(spec)),
    };

    /// <summary>Forgets everything: a new round begins.</summary>
    public abstract void Reset();

    /// <summary>Begins a step, before the first tensor's <see cref="Update"/>.</summary>
    public abstract void BeginStep();

    /// <summary>Moves one tensor.</summary>
    /// <param name="offset">Where the tensor starts in the flat vector.</param>
    /// <param name="parameters">Its values.</param>
    /// <param name="gradient">Its gradient; used as scratch.</param>
    public void Update(int offset, Span<float> parameters, Span<float> gradient)
    {
        for (var start = 0; start < parameters.Length; start += Block)
        {
            var length = Math.Min(Block, parameters.Length - start);
            UpdateBlock(offset + start, parameters.Slice(start, length), gradient.Slice(start, length));
        }
    }

    /// <summary>Moves one block, of at most 2048 values.</summary>
    protected abstract void UpdateBlock(int offset, Span<float> parameters, Span<float> gradient);
}

/// <summary>Stochastic gradient descent with weight decay, momentum (Polyak) and Nesterov momentum, as torch.optim.SGD without dampening.</summary>
internal sealed class SgdOptimizer(OptimizerSpec spec, int parameters) : Optimizer
{
    private readonly float _rate = (float)spec.LearningRate, _momentum = (float)spec.Momentum, _decay = (float)spec.WeightDecay;
    private readonly float[] _velocity = spec.Momentum > 0 ? new float[parameters] : [];

    public override void Reset() => Array.Clear(_velocity);

    public override void BeginStep() { }

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

/// <summary>Adam (Kingma and Ba, ICLR 2015, algorithm 1, arXiv:1412.6980), weight decay added to the gradient; AdamW (Loshchilov and Hutter, ICLR 2019,
/// algorithm 2, arXiv:1711.05101), weight decay apart from it and scaled by the learning rate, as torch.optim.AdamW.</summary>
internal sealed class AdamOptimizer(OptimizerSpec spec, int parameters) : Optimizer
{
    private readonly float[] _mean = new float[parameters], _square = new float[parameters], _scratch = new float[2048];
    private readonly float _decay = (float)spec.WeightDecay;
    private float _rate, _rootCorrection;
    private int _step;

    public override void Reset()
    {
        Array.Clear(_mean);
        Array.Clear(_square);
        _step = 0;
    }

    public override void BeginStep()
    {
        _step++;
        _rate = (float)(spec.LearningRate / (1 - Math.Pow(spec.Beta1, _step)));
        _rootCorrection = (float)(1 / Math.Sqrt(1 - Math.Pow(spec.Beta2, _step)));
    }

    protected override void UpdateBlock(int offset, Span<float> parameters, Span<float> gradient)
    {
        var mean = _mean.AsSpan(offset, gradient.Length);
        var square = _square.AsSpan(offset, gradient.Length);
        var scratch = _scratch.AsSpan(0, gradient.Length);
        if (_decay > 0 && spec.Name == OptimizerName.AdamW) TensorPrimitives.Multiply(parameters, (float)(1 - spec.LearningRate * spec.WeightDecay), parameters);
        else if (_decay > 0) TensorPrimitives.MultiplyAdd(parameters, _decay, gradient, gradient);

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
