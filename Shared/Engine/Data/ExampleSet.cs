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
}
