using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models.Rules;

/// <summary>Residual blocks: what is added has the shape of what it is added to.</summary>
internal static class ResidualRules
{
    public static Signal? Residual(LayerCheck check, ResidualLayer residual)
    {
        if (residual.Layers.IsDefaultOrEmpty)
        {
            check.Fault($"residual has no layers: give it at least one");
            return check.Input;
        }
        var output = check.Inside(residual.Layers).Output;
        if (residual.ShortcutGroups is { } wanted) check.AtLeastOne(wanted, "shortcut_groups");
        if (residual is { Shortcut: Shortcut.Identity, ShortcutGroups: not null })
            check.Fault($"residual's shortcut_groups normalise a projection, and its shortcut is identity: remove them");
        if (check.Input is null || output is null) return output;

        if (residual.Shortcut == Shortcut.Identity && !output.SameShape(check.Input))
            check.Fault($"residual gets {check.Got} and its layers give {output}, and an identity shortcut needs the same shape: take shortcut auto, or layers that keep the shape");
        else if (Projects(check.Input, output, residual.Shortcut)) Projection(check, residual, output);
        return output;
    }

    /// <summary>What a block's projection needs; empty for an identity.</summary>
    /// <param name="check">The block, planned without errors.</param>
    /// <param name="residual">The block.</param>
    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, ResidualLayer residual)
    {
        var (input, output) = (check.Input!, check.Inner.Output!);
        if (!Projects(input, output, residual.Shortcut)) return [];
        var weight = check.Tensor("shortcut.weight", output.Shape.Length == 3 ? [output.Features, input.Features, 1, 1] : [output.Features, input.Features]);
        return residual.ShortcutGroups is null ? [weight]
            : [weight, check.Tensor("shortcut_norm.weight", [output.Features]), check.Tensor("shortcut_norm.bias", [output.Features])];
    }

    private static void Projection(LayerCheck check, ResidualLayer residual, Signal output)
    {
        if (ResidualShapes.Stride(check.Shape, output.Shape) is null)
            check.Fault($"residual gets {check.Got} and its layers give {output}, and no projection leads there: both need as many dimensions, and sides that shrink by one stride");
        check.Fits(output.Features, check.Input!.Features);
        if (residual.ShortcutGroups is { } groups && groups >= 1 && output.Features % groups != 0)
            check.Fault($"residual's layers give {output}, and its {groups} shortcut_groups must divide the {output.Features} channels");
    }

    private static bool Projects(Signal input, Signal output, Shortcut shortcut) =>
        shortcut == Shortcut.Projection || (shortcut == Shortcut.Auto && !output.SameShape(input));
}
