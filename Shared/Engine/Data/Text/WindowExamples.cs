using System.Collections.Immutable;

namespace Federated.Engine.Data.Text;

/// <summary>Where a window lies in the tokens.</summary>
/// <param name="Start">Its first input.</param>
/// <param name="Length">Inputs, and as many targets, which lie one further; at least 1.</param>
internal readonly record struct Window(int Start, int Length);

/// <summary>Windows of running text, of which each symbol's next is to be predicted. The tokens are kept once, whatever the number of windows.</summary>
/// <param name="tokens">Encoded text; not written to again.</param>
/// <param name="windows">In order; a short one is padded with 0.</param>
/// <param name="length">Inputs of an example.</param>
internal sealed class WindowExamples(int[] tokens, ImmutableArray<Window> windows, int length) : ExampleSet
{
    public override int Count => windows.Length;

    public override int Width => length;

    public override ReadOnlySpan<long> Labels => [];

    public override int TargetWidth => length;

    public override void CopyFeatures(int index, Span<float> destination) => Copy(windows[index].Start, windows[index].Length, destination);

    public override void CopyTarget(int index, Span<float> destination) => Copy(windows[index].Start + 1, windows[index].Length, destination);

    private void Copy(int start, int count, Span<float> destination)
    {
        if (destination.Length != length) throw new ArgumentException($"An example has {length} values, the destination {destination.Length}.", nameof(destination));
        destination[count..].Clear();
        for (var i = 0; i < count; i++) destination[i] = tokens[start + i];
    }
}
