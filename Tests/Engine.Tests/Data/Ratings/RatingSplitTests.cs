using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Data;
using Federated.Engine.Data.Ratings;

namespace Federated.Engine.Tests.Data.Ratings;

public sealed class RatingSplitTests
{
    // User 1 has items 1, 2, 5 (the last two at the same time), user 2 only item 3; items 1 to 8.
    private const string Text = "1,5,4,20\n1,2,3,20\n2,3,5,7\n1,1,2,10\n";

    private static readonly RatingsSpec Options = new() { Negatives = 3, Candidates = 4, Users = 2, Items = 8 };

    [Fact]
    public void Latest_rating_is_the_test_example_by_the_item_among_equal_times_and_a_lone_rating_is_trained_on()
    {
        var set = Split(Options);
        Assert.Equal([(0, 1), (1, 2), (0, 0)], Pairs(set.Train));
        Assert.Equal([(0, 4)], Pairs(set.Test!));
        Assert.Equal<string>(["1", "2", "1"], set.Owners);
        Assert.Equal<string>(["1"], set.TestOwners);
        Assert.Equal((Objective.Recommendation, 2, 8), (set.Shape.Objective, set.Shape.Vocabularies[0], set.Shape.Vocabularies[1]));
    }

    [Fact]
    public void Candidates_are_different_items_that_the_user_has_not_rated_and_always_the_same()
    {
        var (first, again) = (Split(Options).Test!.Targets(), Split(Options).Test!.Targets());
        Assert.Equal(first, again);
        Assert.Equal(4, first.Distinct().Count());
        Assert.Empty(first.Intersect([0f, 1f, 4f]));
    }

    [Fact]
    public void Too_few_unrated_items_for_the_candidates_are_refused() =>
        Assert.Contains("Lower data.ratings.candidates", Assert.Throws<EngineException>(() => Split(Options with { Candidates = 6 })).Message, StringComparison.Ordinal);

    [Fact]
    public void Explicit_feedback_is_a_regression_on_the_ratings()
    {
        var set = Split(Options with { Feedback = Feedback.Explicit });
        Assert.Equal(Objective.Regression, set.Shape.Objective);
        Assert.Equal([3f, 5f, 2f], set.Train.Targets());
        Assert.Equal([4f], set.Test!.Targets());
    }

    [Fact]
    public void Epoch_has_each_item_taken_and_fresh_items_not_taken_in_a_new_order()
    {
        var set = Split(Options);
        var draws = new RandomStream(1);
        var (first, second) = (set.Train.ForEpoch([0, 2], draws), set.Train.ForEpoch([0, 2], draws));
        Assert.Equal(8, set.Train.EpochSize(2));
        Assert.Equal(Enumerable.Range(0, 8), first.Order.Order());
        Assert.NotEqual(Describe(first), Describe(second));
        Assert.Equal(Describe(first), Describe(set.Train.ForEpoch([0, 2], new RandomStream(1))));
        var targets = first.Examples.Targets();
        var pairs = Pairs(first.Examples);
        Assert.Equal([(0, 0), (0, 1)], pairs.Where((_, i) => targets[i] == 1).Order());
        Assert.All(pairs.Where((_, i) => targets[i] == 0), pair => Assert.True(pair.User == 0 && pair.Item > 1));
    }

    [Fact]
    public void Items_not_taken_are_drawn_evenly()
    {
        var (taken, draws, counts) = (new TakenItems(6, [[4, 0, 1]]), new RandomStream(3), new int[6]);
        for (var i = 0; i < 3000; i++) counts[taken.DrawOther(0, draws)]++;
        Assert.Equal([0, 0, 0, 0], new[] { counts[0], counts[1], counts[4], 3000 - counts[2] - counts[3] - counts[5] });
        Assert.All(new[] { counts[2], counts[3], counts[5] }, count => Assert.InRange(count, 900, 1100));   // a deviation is 26
    }

    [FederatedDataFact("ml-100k")]
    public async Task MovieLens_has_943_users_who_each_keep_their_last_film()
    {
        var store = new DatasetStore(DataFolders.Standard([]));
        var data = await store.LoadAsync(new DataSpec { Name = "movielens-100k", Partition = new() { Kind = PartitionKind.Natural } }, 42, [], CancellationToken.None);
        Assert.Equal((99_057, 943, 943), (data.Train.Count, data.Test.Count, data.Clients.Length));
        Assert.Equal((19, 736), (data.Clients.Min(client => client.Train.Length), data.Clients.Max(client => client.Train.Length)));
        Assert.Equal(99, data.Test.TargetWidth);
    }

    private static LoadedSet Split(RatingsSpec options) =>
        RatingSplit.Split(RatingReader.Read(new StringReader(Text), "r.csv", options.Users, options.Items), options, "r.csv");

    private static string Describe(EpochExamples epoch) => string.Join(' ', Pairs(epoch.Examples)) + string.Join(' ', epoch.Order);

    private static (int User, int Item)[] Pairs(ExampleSet set) => [.. Enumerable.Range(0, set.Count).Select(index =>
    {
        var pair = new float[2];
        set.CopyFeatures(index, pair);
        return ((int)pair[0], (int)pair[1]);
    })];
}
