using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Tests.Training;

public sealed class GradientTermTests
{
    private static readonly TrainingSpec ThreeSteps = new() { Epochs = 3, Optimizer = new OptimizerSpec { LearningRate = 0.1 } };

    // The loss is w². With μ = 0.5 around 1: 1 - 0.1 * 2 = 0.8, then 0.8 - 0.1 (1.6 - 0.5 * 0.2) = 0.65, then 0.65 - 0.1 (1.3 - 0.5 * 0.35) = 0.5375.
    [Fact]
    public void Proximal_term_pulls_each_step_towards_its_anchor_and_is_no_part_of_the_loss()
    {
        using var bench = TrainerBench.Square(ThreeSteps);
        var result = new float[1];
        var training = bench.Trainer().Train([1], result, new GradientTerm(0.5, [1]));
        Assert.Equal(0.5375f, result[0], 1e-6f);
        Assert.Equal(1 + 0.8 * 0.8 + 0.65 * 0.65, training.Sums.LossSum, 1e-6);
    }

    [Fact]
    public void Training_says_how_many_steps_it_took_and_at_what_rates()
    {
        using var bench = TrainerBench.Square(ThreeSteps with { Optimizer = new() { LearningRate = 0.1, Schedule = new() { Kind = ScheduleKind.Linear, Over = ScheduleUnit.Steps } } });
        var training = bench.Trainer().Train([1], new float[1], default);
        Assert.Equal(3, training.Steps);
        Assert.Equal(0.1 + 0.1 * 2 / 3 + 0.1 / 3, training.Rates, 1e-9);
    }

    // The loss is w²: 1 - 0.1 (2 + 3) = 0.5, then 0.5 - 0.1 (1 + 3) = 0.1; with the proximal term 0.5 - 0.1 (1 + 3 + 2 (0.5 - 1)) = 0.2.
    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(2, 0.2)]
    public void Offset_is_added_to_every_step(double mu, double expected)
    {
        using var bench = TrainerBench.Square(ThreeSteps with { Epochs = 2 });
        var result = new float[1];
        bench.Trainer().Train([1], result, new GradientTerm(mu, [1]) { Offset = [3] });
        Assert.Equal(expected, result[0], 1e-6);
    }

    [Fact]
    public void Anchor_need_not_be_the_start()
    {
        using var bench = TrainerBench.Square(ThreeSteps with { Epochs = 1 });
        var result = new float[1];
        bench.Trainer().Train([1], result, new GradientTerm(2, [3]));   // 1 - 0.1 (2 + 2 (1 - 3))
        Assert.Equal(1.2f, result[0], 1e-6f);
    }

    [Fact]
    public void Term_is_added_before_clipping()
    {
        using var bench = TrainerBench.Square(ThreeSteps with { Epochs = 1, ClipValue = 1 });
        var result = new float[1];
        bench.Trainer().Train([1], result, new GradientTerm(1, [4]));   // 2 - 3 = -1, and not clip(2) - 3
        Assert.Equal(1.1f, result[0], 1e-6f);
    }

    [Fact]
    public void The_larger_the_weight_the_nearer_a_client_stays()
    {
        using var bench = Network();
        var start = bench.Start();
        var distances = new[] { 0, 0.1, 1, 5 }.Select(mu => Distance(bench, start, Train(bench, start, mu))).ToArray();
        Assert.Equal(distances.OrderDescending(), distances);
        Assert.InRange(distances[^1], 1e-4, 0.8 * distances[0]);
    }

    [Fact]
    public void Weight_0_changes_no_bit_and_running_statistics_have_no_term()
    {
        using var bench = Network();
        var start = bench.Start();
        Assert.Equal(bench.Train(start).Parameters, Train(bench, start, mu: 0));
        var (statistics, anchored) = (bench.Plan.Schema.Tensors.Single(tensor => tensor.Name.EndsWith("running_mean", StringComparison.Ordinal)), new float[start.Length]);
        var away = start.Select(value => value + 100).ToArray();
        bench.Trainer().Train(start, anchored, new GradientTerm(1e-3, away));
        Assert.Equal(5, statistics.Count);
        Assert.All(Of(statistics.Name, bench, anchored), value => Assert.InRange(value, -10, 10));
    }

    [Fact]
    public void Vector_of_another_length_is_refused()
    {
        using var bench = TrainerBench.Square(ThreeSteps);
        Assert.Throws<ArgumentException>(() => { bench.Trainer().Train([1], new float[1], new GradientTerm(1, [1, 2])); });
        Assert.Throws<ArgumentException>(() => { bench.Trainer().Train([1], new float[1], new GradientTerm { Offset = [1, 2] }); });
    }

    private static TrainerBench Network() => new(new TrainingSpec { Epochs = 4, BatchSize = 4, Optimizer = new OptimizerSpec { LearningRate = 0.1 } },
        new ArrayExamples([.. Enumerable.Range(0, 16).Select(i => new[] { i % 3 - 1f, i % 5 - 2f, i % 7 - 3f })], [.. Enumerable.Range(0, 16).Select(i => i % 2)]), [3], 2,
        new DenseLayer { Units = 5 }, new BatchNormLayer(), new DenseLayer { Units = 2 });

    private static float[] Train(TrainerBench bench, float[] start, double mu)
    {
        var result = new float[start.Length];
        bench.Trainer().Train(start, result, new GradientTerm(mu, start));
        return result;
    }

    private static double Distance(TrainerBench bench, float[] a, float[] b) => Math.Sqrt(bench.Plan.Schema.Tensors.Where(tensor => tensor.Trainable)
        .SelectMany(tensor => Of(tensor.Name, bench, a).Zip(Of(tensor.Name, bench, b))).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));

    private static float[] Of(string name, TrainerBench bench, float[] values)
    {
        var offset = bench.Plan.Schema.Tensors.TakeWhile(tensor => tensor.Name != name).Sum(tensor => tensor.Count);
        return values[offset..(offset + bench.Plan.Schema.Tensors.Single(tensor => tensor.Name == name).Count)];
    }
}
