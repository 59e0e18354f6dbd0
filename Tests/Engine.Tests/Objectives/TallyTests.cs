using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Models;
using Federated.Engine.Data;

namespace Federated.Engine.Tests.Objectives;

/// <summary>What evaluations tally, read as figures, against numbers that are computed from the examples alone.</summary>
public sealed class TallyTests
{
    [Theory]
    [InlineData(Loss.CrossEntropy, Activation.Softmax)]
    [InlineData(Loss.Mse, Activation.Softmax)]
    [InlineData(Loss.Mse, Activation.None)]
    public void Scores_of_two_classes_give_the_fraction_of_pairs_in_order(Loss loss, Activation last)
    {
        // The score of the second class less that of the first is x, or in the order of x: both are exact in half precision, or far enough apart.
        float[] values = [-2, -1, -0.5f, 0, 0, 0.25f, 0.5f, 1, 1, 3];
        long[] labels = [0, 0, 1, 0, 1, 0, 1, 0, 1, 1];
        using var engine = Engine(DataShape.ForClasses([1], 2), new ArrayExamples([.. values.Select(x => new[] { x })], labels), new() { Loss = loss }, 2, last);

        var figures = Of(engine, [0, 1]);

        var (first, second) = (values.Where((_, i) => labels[i] == 0).ToList(), values.Where((_, i) => labels[i] == 1).ToList());
        Assert.Equal(second.Sum(b => first.Sum(a => b > a ? 1 : b == a ? 0.5 : 0)) / 25, figures["auroc"], 1e-12);
        // Predicted as the second class: x > 0, that is 5 of which 3 are; x = 0 is a draw, which the first class has.
        Assert.Equal((3 / 5.0, 3 / 5.0), (figures["precision/1"], figures["recall/1"]));
        Assert.DoesNotContain("top5_accuracy", figures.Keys);
    }

    [Fact]
    public void Top_five_counts_the_class_among_the_five_largest_scores_and_the_first_of_equal_ones()
    {
        // Scores are x * (6, 5, 4, 3, 2, 1, 1): for x = 1 classes 5 and 6 are at 6 and 7, for x = -1 at 1 and 2, for x = 0 all are equal.
        var examples = new ArrayExamples([[1f], [1f], [-1f], [-1f], [0f], [0f]], [4, 5, 1, 2, 4, 5]);
        using var engine = Engine(DataShape.ForClasses([1], 7), examples, new(), 7, Activation.None);

        var figures = Of(engine, [6, 5, 4, 3, 2, 1, 1]);

        // Right: 4 at x = 1; at x = -1 the five largest are 5, 6, 4, 3, 2; at x = 0 they are 0 to 4.
        Assert.Equal(3 / 6.0, figures["top5_accuracy"]);
        Assert.DoesNotContain("auroc", figures.Keys);
    }

    [Fact]
    public void Regression_gives_errors_over_all_outputs()
    {
        // Predictions 2, 4, 6, 8 for targets 1, 4, 8, 7: errors 1, 0, -2, 1; the mean target is 5, the squared differences 16, 1, 9, 4.
        var examples = new ArrayExamples([[1f], [2f], [3f], [4f]], targets: [1, 4, 8, 7]);
        using var engine = Engine(DataShape.ForNumbers([1]), examples, new() { Loss = Loss.Mse }, 1, Activation.None);

        var figures = Of(engine, [2]);

        Assert.Equal((1.0, Math.Sqrt(6 / 4.0), 1 - (6 / 30.0)), (figures["mae"], figures["rmse"], figures["r2"]));
    }

    [Fact]
    public void Figures_of_slices_added_up_are_those_of_the_whole()
    {
        using var engine = Engine(DataShape.ForClasses([6], 2), ArrayExamples.Noise(400, 6, 2), new(), 2, Activation.Softmax);
        var parameters = engine.InitialParameters().Values;
        var slices = Enumerable.Range(0, 7).Select(slice => engine.EvaluateTest(parameters, slice, 7, default)).Aggregate(EvaluationSums.Add);
        Assert.Equal<Figure>(Figures.Of(engine.EvaluateTest(parameters, 0, 1, default), []), Figures.Of(slices, []));
    }

    [Fact]
    public void Client_that_is_measured_apart_is_measured_on_its_test_share_alone()
    {
        var examples = ArrayExamples.Noise(20, 6, 2);
        var data = new FederatedData(DataShape.ForClasses([6], 2), examples, examples, [new("a", [0, 1], [2, 3], [4, 5, 6]), new("b", [7], [8], [])]);
        using var engine = new RunEngine(Job(new(), 2, Activation.None) with { Data = new() { Partition = new() { Kind = PartitionKind.Natural } }, Evaluation = new() { PerClient = true } }, data);
        Assert.Equal((3, 0), (Measured("a"), Measured("b")));

        long Measured(string client) => engine.EvaluateClient(client, engine.InitialParameters().Values, default).Sums.Examples;
    }

    [Fact]
    public void Clients_of_a_test_set_that_is_nobody_s_are_measured_on_their_validation_shares()
    {
        var examples = ArrayExamples.Noise(20, 6, 2);
        var data = new FederatedData(DataShape.ForClasses([6], 2), examples, examples, [new("a", [0, 1], [2, 3], []), new("b", [7], [8], [])]);
        using var engine = new RunEngine(Job(new(), 2, Activation.None) with { Data = new() { Validation = 0.5 }, Evaluation = new() { PerClient = true } }, data);
        Assert.Equal((2, 1), (engine.EvaluateClient("a", engine.InitialParameters().Values, default).Sums.Examples, engine.EvaluateClient("b", engine.InitialParameters().Values, default).Sums.Examples));
    }

    [Fact]
    public void Clients_without_test_examples_of_their_own_cannot_be_measured_apart()
    {
        var examples = ArrayExamples.Noise(20, 6, 2);
        var data = new FederatedData(DataShape.ForClasses([6], 2), examples, examples, [new("a", [0, 1], [], [])]);
        var refused = Assert.Throws<EngineException>(() => new RunEngine(Job(new(), 2, Activation.None) with { Data = new() { Partition = new() { Kind = PartitionKind.Natural } }, Evaluation = new() { PerClient = true } }, data));
        Assert.Contains("evaluation.per_client", refused.Message, StringComparison.Ordinal);
    }

    private static RunEngine Engine(DataShape shape, ExampleSet test, TrainingSpec training, int units, Activation last) =>
        new(Job(training, units, last), new FederatedData(shape, test, test, [new ClientData("a", [0], [], [])]));

    private static JobSpec Job(TrainingSpec training, int units, Activation last) =>
        new() { Model = new() { Layers = [new DenseLayer { Units = units, Bias = false, Activation = last }] }, Training = training };

    private static ImmutableDictionary<string, double> Of(RunEngine engine, float[] weights) =>
        Figures.Of(engine.EvaluateTest(weights, 0, 1, default), []).ToImmutableDictionary(figure => figure.Name, figure => figure.Value);
}
