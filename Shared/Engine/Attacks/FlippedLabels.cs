using Federated.Engine.Data;

namespace Federated.Engine.Attacks;

/// <summary>Examples whose class c is C - 1 - c. Fang, Cao, Jia, Gong, "Local Model Poisoning Attacks to Byzantine-Robust Federated Learning", USENIX Security 2020, section 4 (arXiv:1911.11815), which
/// compares itself with this attack.</summary>
internal sealed class FlippedLabels(ExampleSet source, int classes) : ExampleSet
{
    private readonly long[] _labels = Array.ConvertAll(source.Labels.ToArray(), label => classes - 1 - label);

    public override int Count => source.Count;

    public override int Width => source.Width;

    public override ReadOnlySpan<long> Labels => _labels;

    public override int TargetWidth => 1;

    public override void CopyFeatures(int index, Span<float> destination) => source.CopyFeatures(index, destination);

    public override void CopyTarget(int index, Span<float> destination) => destination[0] = _labels[index];
}
