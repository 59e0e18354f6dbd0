using Federated.Core.Models;

namespace Federated.Engine.Training;

/// <summary>Cuts a client's examples into batches.</summary>
internal static class BatchPlan
{
    /// <summary>Whether a batch of one example has no spread for batch normalisation to divide by: it sees one value a channel.</summary>
    public static bool NeedsPairs(ModelPlan plan) => plan.Layers.SelectMany(layer => layer.WithInner())
        .Any(layer => layer.Layer is BatchNormLayer && layer.Input.Shape.Aggregate(1L, (product, size) => product * size) == layer.Input.Features);

    /// <summary>Where batches end: every <paramref name="size"/> examples and at the end. With <paramref name="pairs"/> a last example that would be
    /// alone joins the batch before it.</summary>
    public static IEnumerable<int> Ends(int count, int size, bool pairs)
    {
        for (var end = size; end < count; end += size)
            if (!(pairs && end == count - 1)) yield return end;
        yield return count;
    }
}
