using Federated.Core.Jobs;

namespace Federated.Engine.Training;

/// <summary>A client's optimiser as arithmetic on flat memory, block by block so that a block's operands stay in the first cache. Gives PyTorch's
/// numbers but for rounding. Weight decay concerns every trainable tensor, biases too, as in PyTorch. Not thread-safe.</summary>
internal abstract class Optimizer
{
    /// <summary>Values in a block.</summary>
    protected const int Block = 2048;

    /// <summary>The optimiser that a job asks for, for a model of P parameters.</summary>
    public static Optimizer Create(OptimizerSpec spec, int parameters) => spec.Name switch
    {
        OptimizerName.Sgd => new SgdOptimizer(spec, parameters),
        OptimizerName.Adam or OptimizerName.AdamW => new AdamOptimizer(spec, parameters),
        OptimizerName.RmsProp => new RmsPropOptimizer(spec, parameters),
        OptimizerName.Adagrad => new AdagradOptimizer(spec, parameters),
        _ => throw new ArgumentException($"{spec.Name} is not a known optimiser.", nameof(spec)),
    };

    /// <summary>Forgets everything: a new round begins.</summary>
    public abstract void Reset();

    /// <summary>Begins a step, before the first tensor's <see cref="Update"/>.</summary>
    /// <param name="rate">The step's learning rate, at least 0.</param>
    public abstract void BeginStep(double rate);

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

    /// <summary>Moves one block, of at most <see cref="Block"/> values.</summary>
    protected abstract void UpdateBlock(int offset, Span<float> parameters, Span<float> gradient);
}
