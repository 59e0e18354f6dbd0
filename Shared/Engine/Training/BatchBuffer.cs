using Federated.Core.Models;
using Federated.Engine.Data;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Training;

/// <summary>Gathers examples straight into the memory of tensors that are used again for every batch. That is safe because a step's graph, which looks
/// at that memory, is gone before the next batch is gathered. Not thread-safe.</summary>
internal sealed class BatchBuffer : IDisposable
{
    private readonly Tensor _input;
    private Tensor _target;

    /// <param name="data">Shapes of one example.</param>
    /// <param name="capacity">Examples in the largest batch.</param>
    public BatchBuffer(DataShape data, int capacity)
    {
        _input = empty([capacity, .. data.Input.Select(size => (long)size)], float32).DetachFromDisposeScope();
        _target = Targets(capacity, data.TargetWidth);
        Capacity = capacity;
    }

    public int Capacity { get; }

    /// <summary>Fills the buffer.</summary>
    /// <param name="examples">Where from.</param>
    /// <param name="indices">Which, at least 1 and at most the capacity.</param>
    /// <returns>The batch; it is overwritten by the next call.</returns>
    public Batch Gather(ExampleSet examples, ReadOnlySpan<int> indices)
    {
        // Test examples may have a wider target than training examples: what a ranking or boxes are measured against.
        if (examples.TargetWidth != _target.shape[1])
        {
            _target.Dispose();
            _target = Targets(Capacity, examples.TargetWidth);
        }
        var features = _input.Floats();
        var targets = _target.Floats();
        var (width, targetWidth) = (examples.Width, examples.TargetWidth);
        for (var i = 0; i < indices.Length; i++)
        {
            examples.CopyFeatures(indices[i], features.Slice(i * width, width));
            examples.CopyTarget(indices[i], targets.Slice(i * targetWidth, targetWidth));
        }
        return new Batch(_input.narrow(0, 0, indices.Length), _target.narrow(0, 0, indices.Length), indices.Length);
    }

    private static Tensor Targets(int capacity, int width) => empty(capacity, width, float32).DetachFromDisposeScope();

    public void Dispose()
    {
        _input.Dispose();
        _target.Dispose();
    }
}

/// <summary>A gathered batch, on the host, where examples are read and changed: the model and the loss move what they need to their device.</summary>
/// <param name="Input">float32, shape [batch, input...].</param>
/// <param name="Target">float32, shape [batch, target width].</param>
/// <param name="Count">Examples.</param>
internal readonly record struct Batch(Tensor Input, Tensor Target, int Count);
