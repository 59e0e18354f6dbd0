namespace Federated.Core.Models.Rules;

/// <summary>Pooling.</summary>
internal static class PoolingRules
{
    public static Signal? Pool(LayerCheck check, int size, int? stride)
    {
        if (!(check.AtLeastOne(size, "size") & check.AtLeastOne(stride ?? 1, "stride")) || !check.IsImage() || !check.Covers("window", size)) return null;
        return new(check.Shape[0], Shapes.Valid(check.Shape[1], size, stride ?? size), Shapes.Valid(check.Shape[2], size, stride ?? size));
    }

    public static Signal? Global(LayerCheck check) => check.IsImage() ? new(check.Shape[0]) : null;
}
