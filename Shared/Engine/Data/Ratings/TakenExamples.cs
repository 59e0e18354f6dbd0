using Federated.Core.Randomness;

namespace Federated.Engine.Data.Ratings;

/// <summary>Items that users have taken, target 1. An epoch trains on each of them and on as many items as the job says that the user has not taken, target 0,
/// drawn uniformly, with repetition, mixed with them.</summary>
/// <param name="users">User of each pair.</param>
/// <param name="items">Item of each pair.</param>
/// <param name="taken">What each user has taken.</param>
/// <param name="negatives">Items not taken for each one taken, at least 1.</param>
internal sealed class TakenExamples(int[] users, int[] items, TakenItems taken, int negatives)
    : PairExamples(users, items, [.. Enumerable.Repeat(1f, users.Length)])
{
    public override long EpochSize(int examples) => examples * (1L + negatives);

    public override EpochExamples ForEpoch(int[] indices, RandomStream draws)
    {
        var count = checked((int)EpochSize(indices.Length));
        var (pairUsers, pairItems, targets) = (new int[count], new int[count], new float[count]);
        var next = 0;
        foreach (var index in indices)
        {
            var user = Users[index];
            Add(user, Items[index], 1);
            for (var i = 0; i < negatives; i++) Add(user, taken.DrawOther(user, draws), 0);
        }
        int[] order = [.. Enumerable.Range(0, count)];
        draws.Shuffle<int>(order);
        return new(new PairExamples(pairUsers, pairItems, targets), order);

        void Add(int user, int item, float target)
        {
            (pairUsers[next], pairItems[next], targets[next]) = (user, item, target);
            next++;
        }
    }
}
