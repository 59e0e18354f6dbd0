using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Engine.Data.Ratings;
using Federated.Engine.Training;

namespace Federated.Engine.Tests.Objectives;

public sealed class RecommendationObjectiveTests
{
    private const int Items = 20;

    // One user vector of 1 and an item's vector as its score: with an identity for an output, the score of an item is what a test says.
    [Fact]
    public void Rank_counts_every_candidate_that_scores_as_much_or_more()
    {
        // Items score their number. The first user's item 16 has 17, 18 and 19 before it: rank 4. The second's, item 2, has ten before it: rank 11.
        var sums = Measure(item => item, new([0, 0], [16, 2], [[17, 0, 18, 1, 19, 2, 3, 4, 5, 6], [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]));
        var ranking = Assert.Single(sums.Tallies);
        Assert.Equal((2, 1), (sums.Sums.Examples, sums.Sums.Correct));
        Assert.Equal((2, 1), (ranking[0], ranking[1]));
        Assert.Equal(1 / Math.Log2(5), ranking[2], 12);
    }

    [Fact]
    public void Model_that_scores_all_alike_has_no_hits()
    {
        var sums = Measure(_ => 0, new([0], [1], [[.. Enumerable.Range(2, 10)]]));
        Assert.Equal((1, 0), (Assert.Single(sums.Tallies)[0], Assert.Single(sums.Tallies)[1]));
        Assert.Equal(Math.Log(2), sums.Sums.LossSum, 6);
    }

    [Fact]
    public void Loss_is_the_binary_cross_entropy_over_all_pairs()
    {
        var sums = Measure(item => item == 1 ? 2 : -1, new([0], [1], [[2, 3]]));
        Assert.Equal((Math.Log(1 + Math.Exp(-2)) + 2 * Math.Log(1 + Math.Exp(-1))) / 3, sums.Sums.LossSum, 5);
    }

    private static EvaluationSums Measure(Func<int, float> score, RankedExamples examples)
    {
        LibtorchSetup.Ensure();
        var plan = ModelPlanner.Plan(new ModelSpec { Layers = [new NeumfLayer { Factors = 1, Hidden = 1 }] }, DataShape.ForRatings(Feedback.Implicit, 1, Items)).Plan!;
        using var workspace = new Workspace(plan, new TrainingSpec(), 1);
        // Tables gmf_users, gmf_items, mlp_users, mlp_items, then mlp1 weight [1, 2] and bias, output weight [1, 2] and bias.
        float[] parameters = [1, .. Enumerable.Range(0, Items).Select(score), 0, .. new float[Items], 0, 0, 0, 1, 0, 0];
        workspace.Replica.Parameters.Load(parameters);
        return Evaluator.Measure(workspace, examples, Enumerable.Range(0, examples.Count).ToArray(), default);
    }
}
