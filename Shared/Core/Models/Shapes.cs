using System.Collections.Immutable;

namespace Federated.Core.Models;

/// <summary>Arithmetic and text of shapes without the batch dimension; sides, windows and strides are at least 1.</summary>
public static class Shapes
{
    /// <summary>For example <c>[1, 28, 28]</c>.</summary>
    public static string Text(ImmutableArray<int> shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>Length that a kernel with gaps covers.</summary>
    public static long Covered(int kernel, int dilation) => (kernel - 1L) * dilation + 1;

    /// <summary>Windows that fit into a side without padding; the side is at least the window.</summary>
    public static int Valid(int side, int window, int stride) => (side - window) / stride + 1;

    /// <summary>Windows on a side padded as Keras' "same": the side over the stride, rounded up.</summary>
    public static int Same(int side, int stride) => (side - 1) / stride + 1;

    /// <summary>Zeros that "same" puts before and after a side: the odd one goes after it.</summary>
    public static (int Before, int After) SamePadding(int side, long kernel, int stride)
    {
        var total = (int)Math.Max(0, ((long)Same(side, stride) - 1) * stride + kernel - side);
        return (total / 2, total - total / 2);
    }
}
