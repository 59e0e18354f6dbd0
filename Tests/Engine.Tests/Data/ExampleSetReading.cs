using Federated.Engine.Data;

namespace Federated.Engine.Tests.Data;

/// <summary>Whole sets as arrays.</summary>
internal static class ExampleSetReading
{
    /// <summary>The features of one example.</summary>
    public static float[] Features(this ExampleSet set, int index)
    {
        var values = new float[set.Width];
        set.CopyFeatures(index, values);
        return values;
    }

    /// <summary>The targets of all examples, shape [count, target width].</summary>
    public static float[] Targets(this ExampleSet set)
    {
        var targets = new float[set.Count * set.TargetWidth];
        for (var i = 0; i < set.Count; i++) set.CopyTarget(i, targets.AsSpan(i * set.TargetWidth, set.TargetWidth));
        return targets;
    }
}
