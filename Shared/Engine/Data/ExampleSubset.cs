using Federated.Core.Randomness;

namespace Federated.Engine.Data;

/// <summary>Some of another set's examples, in the order given. Values stay where they are; labels are copied.</summary>
internal sealed class ExampleSubset : ExampleSet
{
    private readonly ExampleSet _source;
    private readonly int[] _rows;
    private readonly long[] _labels;

    public ExampleSubset(ExampleSet source, int[] rows)
    {
        (_source, _rows) = (source, rows);
        _labels = source.Labels.IsEmpty ? [] : Array.ConvertAll(rows, row => source.Labels[row]);
    }

    public override int Count => _rows.Length;

    public override int Width => _source.Width;

    public override ReadOnlySpan<long> Labels => _labels;

    public override int TargetWidth => _source.TargetWidth;

    public override void CopyFeatures(int index, Span<float> destination) => _source.CopyFeatures(_rows[index], destination);

    public override void CopyTarget(int index, Span<float> destination) => _source.CopyTarget(_rows[index], destination);

    public override long EpochSize(int examples) => _source.EpochSize(examples);

    public override EpochExamples ForEpoch(int[] indices, RandomStream draws) => _source.ForEpoch(Array.ConvertAll(indices, index => _rows[index]), draws);
}
