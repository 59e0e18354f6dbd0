namespace Federated.Engine.Data;

/// <summary>Examples whose values are floats, with class labels or with targets.</summary>
internal sealed class FloatExamples : ExampleSet
{
    private readonly float[] _values;
    private readonly long[] _labels;
    private readonly float[] _targets;

    /// <summary>Takes ownership of the arrays.</summary>
    /// <param name="values">Row-major, shape [count, width].</param>
    /// <param name="width">Values an example has, at least 1.</param>
    /// <param name="labels">0-based classes, shape [count]; empty for regression.</param>
    /// <param name="targets">Shape [count]; empty for classification.</param>
    public FloatExamples(float[] values, int width, long[] labels, float[] targets)
    {
        if (labels.Length > 0 && targets.Length > 0) throw new ArgumentException("Examples have labels or targets, not both.", nameof(targets));
        Count = labels.Length + targets.Length;
        if (values.Length != (long)Count * width)
            throw new ArgumentException($"Expected {Count} x {width} values, got {values.Length}.", nameof(values));
        (_values, Width, _labels, _targets) = (values, width, labels, targets);
    }

    public override int Count { get; }

    public override int Width { get; }

    public override ReadOnlySpan<long> Labels => _labels;

    public override int TargetWidth => 1;

    public override void CopyFeatures(int index, Span<float> destination)
    {
        if (destination.Length != Width)
            throw new ArgumentException($"An example has {Width} values, the destination {destination.Length}.", nameof(destination));
        _values.AsSpan(index * Width, Width).CopyTo(destination);
    }

    public override void CopyTarget(int index, Span<float> destination) => destination[0] = _labels.Length > 0 ? _labels[index] : _targets[index];
}
