using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Training;

/// <summary>Gathers examples straight into the memory of tensors that are used again for every batch. That is safe because a step's graph, which looks
/// at that memory, is gone before the next batch is gathered. Not thread-safe.</summary>
internal sealed class BatchBuffer : IDisposable
{
    private readonly Tensor _input, _target;
    private readonly long[] _labels;
    private readonly int _outputs;

    /// <param name="shape">Shape of one example.</param>
    /// <param name="capacity">Examples in the largest batch.</param>
    /// <param name="loss">Decides the target's form.</param>
    /// <param name="classes">Number of classes; 0 for regression.</param>
    public BatchBuffer(ImmutableArray<int> shape, int capacity, Loss loss, int classes)
    {
        _input = empty([capacity, .. shape.Select(size => (long)size)], float32).DetachFromDisposeScope();
        _outputs = Math.Max(1, classes);
        _target = (loss == Loss.CrossEntropy ? empty(capacity, int64) : empty(capacity, _outputs, float32)).DetachFromDisposeScope();
        _labels = classes > 0 ? new long[capacity] : [];
        Capacity = capacity;
    }

    public int Capacity { get; }

    /// <summary>Fills the buffer.</summary>
    /// <param name="examples">Where from.</param>
    /// <param name="indices">Which, at least 1 and at most the capacity.</param>
    /// <returns>The batch; it is overwritten by the next call.</returns>
    public Batch Gather(ExampleSet examples, ReadOnlySpan<int> indices)
    {
        var features = _input.Floats();
        var width = examples.Width;
        for (var i = 0; i < indices.Length; i++) examples.CopyFeatures(indices[i], features.Slice(i * width, width));
        var labels = _labels.AsSpan(0, _labels.Length > 0 ? indices.Length : 0);
        for (var i = 0; i < labels.Length; i++) labels[i] = examples.Labels[indices[i]];
        FillTarget(examples, indices, labels);
        return new Batch(_input.narrow(0, 0, indices.Length), _target.narrow(0, 0, indices.Length), labels);
    }

    private void FillTarget(ExampleSet examples, ReadOnlySpan<int> indices, ReadOnlySpan<long> labels)
    {
        if (_target.dtype == int64)
        {
            labels.CopyTo(_target.Longs());
            return;
        }
        var target = _target.Floats()[..(indices.Length * _outputs)];
        target.Clear();
        for (var i = 0; i < labels.Length; i++) target[i * _outputs + (int)labels[i]] = 1;   // one-hot
        if (labels.IsEmpty)
            for (var i = 0; i < indices.Length; i++) target[i] = examples.Targets[indices[i]];
    }

    public void Dispose()
    {
        _input.Dispose();
        _target.Dispose();
    }
}

/// <summary>A gathered batch.</summary>
/// <param name="Input">Shape [batch, ...].</param>
/// <param name="Target">As the loss wants it.</param>
/// <param name="Labels">One an example; empty for regression.</param>
internal readonly ref struct Batch(Tensor Input, Tensor Target, ReadOnlySpan<long> Labels)
{
    public Tensor Input { get; } = Input;

    public Tensor Target { get; } = Target;

    public ReadOnlySpan<long> Labels { get; } = Labels;
}
