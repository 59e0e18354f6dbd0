using Federated.Core.Datasets;

namespace Federated.Engine.Data.Pairs;

/// <summary>Sentence pairs: features are the source and the target shifted right by its begin symbol, [S + T]; the target is the target with its end symbol, [T]. All padded with 0.</summary>
/// <param name="sourceLength">S.</param>
/// <param name="targetLength">T: the longest target and its end symbol.</param>
/// <param name="sources">At most S symbols each.</param>
/// <param name="targets">At most T - 1 symbols each.</param>
internal sealed class PairExamples(int sourceLength, int targetLength, int[][] sources, int[][] targets) : ExampleSet
{
    public override int Count => sources.Length;

    public override int Width => sourceLength + targetLength;

    public override ReadOnlySpan<long> Labels => [];

    public override int TargetWidth => targetLength;

    public override void CopyFeatures(int index, Span<float> destination)
    {
        destination.Clear();
        Copy(sources[index], destination);
        destination[sourceLength] = PairSymbols.Begin;
        Copy(targets[index], destination[(sourceLength + 1)..]);
    }

    public override void CopyTarget(int index, Span<float> destination)
    {
        destination.Clear();
        Copy(targets[index], destination);
        destination[targets[index].Length] = PairSymbols.End;
    }

    private static void Copy(int[] symbols, Span<float> destination)
    {
        for (var i = 0; i < symbols.Length; i++) destination[i] = symbols[i];
    }
}
