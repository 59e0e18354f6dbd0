namespace Federated.Engine.Data;

/// <summary>Some of another set's examples, in the order given. Values stay where they are; labels or targets are copied.</summary>
internal sealed class ExampleSubset : ExampleSet
{
    private readonly ExampleSet _source;
    private readonly int[] _rows;
    private readonly long[] _labels;
    private readonly float[] _targets;

    public ExampleSubset(ExampleSet source, int[] rows)
    {
        (_source, _rows) = (source, rows);
        _labels = source.Labels.IsEmpty ? [] : Array.ConvertAll(rows, row => source.Labels[row]);
        _targets = source.Targets.IsEmpty ? [] : Array.ConvertAll(rows, row => source.Targets[row]);
    }

    public override int Count => _rows.Length;

    public override int Width => _source.Width;

    public override ReadOnlySpan<long> Labels => _labels;

    public override ReadOnlySpan<float> Targets => _targets;

    public override void CopyFeatures(int index, Span<float> destination) => _source.CopyFeatures(_rows[index], destination);
}
