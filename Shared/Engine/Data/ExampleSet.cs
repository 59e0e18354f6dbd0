namespace Federated.Engine.Data;

/// <summary>Examples in memory, read-only after construction and safe to read from many threads. Features are handed out as float32, row-major.</summary>
public abstract class ExampleSet
{
    /// <summary>Number of examples.</summary>
    public abstract int Count { get; }

    /// <summary>Values an example has: the product of the input shape.</summary>
    public abstract int Width { get; }

    /// <summary>Class labels, 0-based, one an example; empty for regression.</summary>
    public abstract ReadOnlySpan<long> Labels { get; }

    /// <summary>Targets, one an example; empty for classification.</summary>
    public abstract ReadOnlySpan<float> Targets { get; }

    /// <summary>Copies one example's features.</summary>
    /// <param name="index">0..Count-1.</param>
    /// <param name="destination">Exactly <see cref="Width"/> values.</param>
    public abstract void CopyFeatures(int index, Span<float> destination);
}
