using Federated.Core.Randomness;

namespace Federated.Core.Partitioning;

/// <summary>Shuffled and dealt in equal parts: sizes differ by one at most, and the larger ones come first.</summary>
internal static class IidPartition
{
    public static int[][] Draw(int examples, int clients, RandomStream stream) => Cut(Shuffled(examples, stream), Sizes(examples, clients));

    /// <summary>0..count-1 in random order.</summary>
    public static int[] Shuffled(int count, RandomStream stream)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        stream.Shuffle<int>(order);
        return order;
    }

    /// <summary>Sizes of equal parts.</summary>
    public static int[] Sizes(int examples, int parts)
    {
        var sizes = new int[parts];
        for (var i = 0; i < parts; i++) sizes[i] = examples / parts + (i < examples % parts ? 1 : 0);
        return sizes;
    }

    /// <summary>Consecutive runs of the given sizes.</summary>
    public static int[][] Cut(int[] order, int[] sizes)
    {
        var (parts, start) = (new int[sizes.Length][], 0);
        for (var i = 0; i < sizes.Length; i++)
        {
            parts[i] = order[start..(start + sizes[i])];
            start += sizes[i];
        }
        return parts;
    }
}
