namespace Federated.Core.Aggregation.Vectors;

/// <summary>Work on long vectors by several threads whose number does not change the result.</summary>
internal static class FixedOrder
{
    // What one thread takes at a time: 10 updates of it are in a core's own cache.
    private const int Block = 1 << 14;

    // Sums are added up in this many parts, however many threads there are.
    private const int Parts = 32;

    /// <summary>Does work on ranges that cover a vector, in any order.</summary>
    public static void ForRanges(int length, int threads, Action<int, int> work)
    {
        var blocks = (length + Block - 1) / Block;
        For(blocks, threads, block => work(block * Block, Math.Min(Block, length - block * Block)));
    }

    /// <summary>Sums over a vector: each block's are added to those of the blocks before it in its part, and the parts in their order.</summary>
    /// <param name="length">Of the vector.</param>
    /// <param name="count">How many sums.</param>
    /// <param name="threads">At least 1.</param>
    /// <param name="add">Adds those of a range (offset, length) to what it is given.</param>
    public static double[] Sums(int length, int count, int threads, Action<int, int, double[]> add)
    {
        var blocks = (length + Block - 1) / Block;
        var parts = new double[Math.Min(Parts, blocks)][];
        For(parts.Length, threads, part =>
        {
            var sums = new double[count];
            for (var block = Start(part); block < Start(part + 1); block++) add(block * Block, Math.Min(Block, length - block * Block), sums);
            parts[part] = sums;
        });
        for (var part = 1; part < parts.Length; part++)
            for (var i = 0; i < count; i++) parts[0][i] += parts[part][i];
        return parts[0];

        int Start(int part) => (int)((long)blocks * part / parts.Length);
    }

    private static void For(int count, int threads, Action<int> work)
    {
        if (threads == 1 || count == 1)
            for (var i = 0; i < count; i++) work(i);
        else
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, work);
    }
}
