using Federated.Core.Randomness;

namespace Federated.Engine.Data.Ratings;

/// <summary>Which items each user has taken. Immutable.</summary>
/// <param name="items">Items that there are.</param>
/// <param name="taken">Items of each user, each once; sorted in place.</param>
internal sealed class TakenItems(int items, int[][] taken)
{
    private readonly int[][] _taken = [.. taken.Select(Sorted)];

    /// <summary>Items that a user has not taken.</summary>
    public int Others(int user) => items - _taken[user].Length;

    /// <summary>An item that the user has not taken, each with the same probability; there is one at least.</summary>
    public int DrawOther(int user, RandomStream draws)
    {
        // The k-th of those not taken: as many as are taken before it have to be passed over.
        var (own, place) = (_taken[user], draws.Next(Others(user)));
        var (low, high) = (0, own.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (own[middle] - middle <= place) low = middle + 1;
            else high = middle;
        }
        return place + low;
    }

    /// <summary>Different items that the user has not taken, ascending.</summary>
    /// <param name="user">The user.</param>
    /// <param name="count">At most <see cref="Others"/>.</param>
    /// <param name="draws">Where from.</param>
    public int[] DrawOthers(int user, int count, RandomStream draws)
    {
        var drawn = new HashSet<int>();
        while (drawn.Count < count) drawn.Add(DrawOther(user, draws));
        return [.. drawn.Order()];
    }

    private static int[] Sorted(int[] row)
    {
        Array.Sort(row);
        return row;
    }
}
