using System.Numerics.Tensors;

namespace Federated.Engine.Data;

/// <summary>Classified examples whose values are bytes, kept as bytes (a quarter of the memory) and scaled to [0, 1] when copied.</summary>
internal sealed class ByteExamples : ExampleSet
{
    private readonly byte[] _values;
    private readonly long[] _labels;
    private readonly float _largest;

    /// <param name="values">Row-major, shape [labels, width]; not written to again.</param>
    /// <param name="labels">0-based classes; not written to again.</param>
    /// <param name="width">Values an example has.</param>
    /// <param name="largest">The byte that becomes 1.</param>
    public ByteExamples(byte[] values, long[] labels, int width, byte largest)
    {
        if (values.Length != (long)labels.Length * width)
            throw new ArgumentException($"Expected {labels.Length} x {width} values, got {values.Length}.", nameof(values));
        (_values, _labels, Width, _largest) = (values, labels, width, largest);
    }

    public override int Count => _labels.Length;

    public override int Width { get; }

    public override ReadOnlySpan<long> Labels => _labels;

    public override int TargetWidth => 1;

    public override void CopyFeatures(int index, Span<float> destination)
    {
        if (destination.Length != Width)
            throw new ArgumentException($"An example has {Width} values, the destination {destination.Length}.", nameof(destination));
        TensorPrimitives.ConvertTruncating<byte, float>(_values.AsSpan(index * Width, Width), destination);
        TensorPrimitives.Divide(destination, _largest, destination);   // a division, not a product with 1/255, so that 255 of 255 is 1 exactly
    }

    public override void CopyTarget(int index, Span<float> destination) => destination[0] = _labels[index];
}
