using Federated.Engine.Data;

namespace Federated.Engine.Predicting;

/// <summary>Examples that a user brought, whose targets nobody knows: they are 0.</summary>
/// <param name="features">Those of each example.</param>
/// <param name="targetWidth">Values of a target.</param>
internal sealed class BroughtExamples(float[][] features, int targetWidth) : ExampleSet
{
    public override int Count => features.Length;

    public override int Width => features[0].Length;

    public override ReadOnlySpan<long> Labels => [];

    public override int TargetWidth => targetWidth;

    public override void CopyFeatures(int index, Span<float> destination) => features[index].CopyTo(destination);

    public override void CopyTarget(int index, Span<float> destination) => destination.Clear();
}
