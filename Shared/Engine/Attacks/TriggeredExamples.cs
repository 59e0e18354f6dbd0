using System.Collections.Immutable;
using Federated.Engine.Data;

namespace Federated.Engine.Attacks;

/// <summary>Images some of which have a trigger, three by three values of 1 in the upper left corner of every channel (Gu, Dolan-Gavitt, Garg, "BadNets", 2017, arXiv:1708.06733, has such a pattern), and with it the attacker's
/// class.</summary>
internal sealed class TriggeredExamples : ExampleSet
{
    private const int Side = 3;

    private readonly ExampleSet _source;
    private readonly ImmutableArray<int> _image;
    private readonly Func<int, bool> _isTriggered;
    private readonly long[] _labels;

    /// <param name="source">Classified images.</param>
    /// <param name="image">[C, H, W], with H and W of at least 3.</param>
    /// <param name="target">The attacker's class.</param>
    /// <param name="isTriggered">By index.</param>
    public TriggeredExamples(ExampleSet source, ImmutableArray<int> image, int target, Func<int, bool> isTriggered)
    {
        (_source, _image, _isTriggered, _labels) = (source, image, isTriggered, source.Labels.ToArray());
        for (var i = 0; i < _labels.Length; i++)
            if (isTriggered(i)) _labels[i] = target;
    }

    public override int Count => _source.Count;

    public override int Width => _source.Width;

    public override ReadOnlySpan<long> Labels => _labels;

    public override int TargetWidth => 1;

    public override void CopyFeatures(int index, Span<float> destination)
    {
        _source.CopyFeatures(index, destination);
        if (!_isTriggered(index)) return;
        var (channels, height, width) = (_image[0], _image[1], _image[2]);
        for (var channel = 0; channel < channels; channel++)
            for (var row = 0; row < Side; row++) destination.Slice((channel * height + row) * width, Side).Fill(1);
    }

    public override void CopyTarget(int index, Span<float> destination) => destination[0] = _labels[index];
}
