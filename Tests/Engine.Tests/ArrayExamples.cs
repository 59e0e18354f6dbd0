using Federated.Core.Randomness;
using Federated.Engine.Data;

namespace Federated.Engine.Tests;

/// <summary>Examples that a test writes down.</summary>
internal sealed class ArrayExamples(float[][] features, long[]? labels = null, float[]? targets = null) : ExampleSet
{
    public override int Count => features.Length;

    public override int Width => features.Length > 0 ? features[0].Length : 0;

    public override ReadOnlySpan<long> Labels => labels;

    public override int TargetWidth => 1;

    public override void CopyFeatures(int index, Span<float> destination) => features[index].CopyTo(destination);

    public override void CopyTarget(int index, Span<float> destination) => destination[0] = labels?[index] ?? targets![index];

    /// <summary>Noise with labels that it does not decide.</summary>
    public static ArrayExamples Noise(int count, int width, int classes, ulong seed = 1)
    {
        var draws = new RandomStream(seed);
        var features = Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, width).Select(_ => (float)draws.NextDouble()).ToArray()).ToArray();
        return new ArrayExamples(features, [.. Enumerable.Range(0, count).Select(_ => (long)draws.Next(classes))]);
    }

    /// <summary>Images of one channel in which the label's horizontal band is bright.</summary>
    public static ArrayExamples Bands(int count, int side, int classes)
    {
        var draws = new RandomStream(7);
        var features = Enumerable.Range(0, count).Select(example => Enumerable.Range(0, side * side)
            .Select(pixel => (float)(0.3 * draws.NextDouble() + (pixel / side * classes / side == example % classes ? 0.7 : 0))).ToArray()).ToArray();
        return new ArrayExamples(features, [.. Enumerable.Range(0, count).Select(example => (long)(example % classes))]);
    }
}
