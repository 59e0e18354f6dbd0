using Federated.Core.Randomness;

namespace Federated.Engine.Data;

/// <summary>Examples in memory, read-only after construction and safe to read from many threads. Features are handed out as float32, row-major.</summary>
public abstract class ExampleSet
{
    /// <summary>Number of examples.</summary>
    public abstract int Count { get; }

    /// <summary>Values an example has: the product of the input shape.</summary>
    public abstract int Width { get; }

    /// <summary>Class labels, 0-based, one an example, by which partitions may skew; empty where examples have no class.</summary>
    public abstract ReadOnlySpan<long> Labels { get; }

    /// <summary>Values an example's target has; 1 where it is the index of a class.</summary>
    public abstract int TargetWidth { get; }

    /// <summary>Copies one example's features.</summary>
    /// <param name="index">0..Count-1.</param>
    /// <param name="destination">Exactly <see cref="Width"/> values.</param>
    public abstract void CopyFeatures(int index, Span<float> destination);

    /// <summary>Copies what is to be predicted of one example.</summary>
    /// <param name="index">0..Count-1.</param>
    /// <param name="destination">Exactly <see cref="TargetWidth"/> values.</param>
    public abstract void CopyTarget(int index, Span<float> destination);

    /// <summary>Examples that an epoch over some of this set's trains on: more than these where counterexamples are drawn.</summary>
    public virtual long EpochSize(int examples) => examples;

    /// <summary>What an epoch over some of this set's examples trains on: these, unless examples are drawn afresh for each epoch.</summary>
    /// <param name="indices">Which, in the order of training; the result may hold the array itself.</param>
    /// <param name="draws">Where draws are taken from.</param>
    public virtual EpochExamples ForEpoch(int[] indices, RandomStream draws) => new(this, indices);
}
