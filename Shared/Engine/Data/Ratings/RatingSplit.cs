using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;

namespace Federated.Engine.Data.Ratings;

/// <summary>Leave one out (He et al. 2017, section 4.1): each user's latest rating is the test example, all others are training examples. A user with a single
/// rating trains on it and has no test example.</summary>
internal static class RatingSplit
{
    /// <param name="table">The ratings.</param>
    /// <param name="ratings">What they mean.</param>
    /// <param name="path">The file's name in messages.</param>
    /// <exception cref="EngineException">A user has rated so many items that there are not enough others.</exception>
    public static LoadedSet Split(RatingTable table, RatingsSpec ratings, string path)
    {
        var byUser = table.ByUser();
        int[] test = [.. byUser.Where(rows => rows.Length > 1).Select(rows => rows[^1])];
        var held = test.ToHashSet();
        int[] train = [.. Enumerable.Range(0, table.Count).Where(row => !held.Contains(row))];
        var shape = DataShape.ForRatings(ratings.Feedback, table.UserIds.Length, table.ItemCount) with { SymbolNames = [[.. table.UserIds], [.. table.ItemIds]] };
        var (trainUsers, trainItems) = (Pick(table.Users, train), Pick(table.Items, train));
        var (testUsers, testItems) = (Pick(table.Users, test), Pick(table.Items, test));
        ExampleSet Pairs(int[] users, int[] items, int[] rows) => new PairExamples(users, items, Pick(table.Values, rows));

        var (examples, tests) = ratings.Feedback == Feedback.Explicit
            ? (Pairs(trainUsers, trainItems, train), Pairs(testUsers, testItems, test))
            : (Taken(table, byUser, held, ratings, (trainUsers, trainItems)), Ranked(table, byUser, ratings, path, (testUsers, testItems)));
        return new(shape, examples, tests, [.. trainUsers.Select(user => table.UserIds[user])]) { TestOwners = [.. testUsers.Select(user => table.UserIds[user])] };
    }

    // A client does not know what its user takes next, so the held-out item may be drawn as a counterexample, as any other.
    private static TakenExamples Taken(RatingTable table, int[][] byUser, HashSet<int> held, RatingsSpec ratings, (int[] Users, int[] Items) train) =>
        new(train.Users, train.Items, new(table.ItemCount, [.. byUser.Select(rows => rows.Where(row => !held.Contains(row)).Select(row => table.Items[row]).ToArray())]),
            ratings.Negatives);

    private static RankedExamples Ranked(RatingTable table, int[][] byUser, RatingsSpec ratings, string path, (int[] Users, int[] Items) test)
    {
        var taken = new TakenItems(table.ItemCount, [.. byUser.Select(rows => Pick(table.Items, rows))]);
        var few = Enumerable.Range(0, byUser.Length).Where(user => byUser[user].Length > 0 && taken.Others(user) < ratings.Candidates).ToList();
        if (few.Count > 0)
        {
            throw new EngineException($"{path} cannot be used: of {table.ItemCount} items, {few.Count} users have left fewer than {ratings.Candidates} unrated "
                + $"('{table.UserIds[few[0]]}' has left {taken.Others(few[0])}), and so many are drawn to rank an item among. Lower data.ratings.candidates.");
        }
        // Not of the job's seed: models of all jobs are measured on the same candidates.
        var candidates = test.Users.Select(user => taken.DrawOthers(user, ratings.Candidates, new RandomStream(SeedTree.Derive(0, "candidates", 0, table.UserIds[user]))));
        return new(test.Users, test.Items, [.. candidates]);
    }

    private static T[] Pick<T>(T[] values, int[] rows) => Array.ConvertAll(rows, row => values[row]);
}
