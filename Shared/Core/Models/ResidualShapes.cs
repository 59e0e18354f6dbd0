using System.Collections.Immutable;

namespace Federated.Core.Models;

/// <summary>How a projection leads from a residual block's input to the shape of what its layers give.</summary>
public static class ResidualShapes
{
    /// <summary>The smallest stride by which a 1x1 convolution, or a dense layer on steps, gives as many positions as wanted.</summary>
    /// <param name="input">[features], [T, features] or [C, H, W].</param>
    /// <param name="output">What is wanted.</param>
    /// <returns>1 or more; null where there is none.</returns>
    public static int? Stride(ImmutableArray<int> input, ImmutableArray<int> output)
    {
        if (input.Length != output.Length) return null;
        var (from, to) = (Positions(input), Positions(output));
        for (var side = 0; side < from.Length; side++)
            if (to[side] > from[side]) return null;
        // A side of n gives (n - 1) / stride + 1, so n of the largest side is a stride beyond which nothing changes any more.
        for (var stride = 1; stride <= from.DefaultIfEmpty(1).Max(); stride++)
            if (from.Zip(to).All(side => Shapes.Same(side.First, stride) == side.Second)) return stride;
        return null;
    }

    private static int[] Positions(ImmutableArray<int> shape) => shape switch
    {
        [_, var height, var width] => [height, width],
        [var steps, _] => [steps],
        _ => [],
    };
}
