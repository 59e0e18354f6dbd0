using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Tests.Training;

public sealed class LossOptionsTests
{
    private static readonly float[] Scores = [0, MathF.Log(2), MathF.Log(5)];   // softmax: 1/8, 2/8, 5/8

    private static readonly double[] Logs = [Math.Log(8), Math.Log(4), Math.Log(1.6)];   // -ln of it

    private static TrainerBench Classes(TrainingSpec training, params long[] labels) => new(
        training with { Optimizer = new() { LearningRate = 1 } }, new ArrayExamples([.. labels.Select(_ => new[] { 1f })], labels), [1], 3,
        new DenseLayer { Units = 3, Bias = false });

    private static void AssertNear(double[] expected, float[] actual) =>
        Assert.All(expected.Zip(actual, (e, a) => (e, a)), pair => Assert.Equal(pair.e, pair.a, 1e-6));

    [Fact]
    public void Smoothed_labels_give_the_hand_computed_loss_and_step()
    {
        using var bench = Classes(new() { LabelSmoothing = 0.3 }, 1);
        var (parameters, sums) = bench.Train(Scores);
        Assert.Equal(0.7 * Logs[1] + 0.1 * Logs.Sum(), sums.LossSum, 1e-6);
        AssertNear([-(0.125 - 0.1), Scores[1] - (0.25 - 0.8), Scores[2] - (0.625 - 0.1)], parameters);   // minus (softmax - smoothed label)
    }

    [Fact]
    public void Weights_of_classes_divide_by_their_sum()
    {
        using var bench = Classes(new() { ClassWeights = [1, 3, 2] }, 0, 1);
        var (parameters, sums) = bench.Train(Scores);
        Assert.Equal(2 * (Logs[0] + 3 * Logs[1]) / 4, sums.LossSum, 1e-6);
        AssertNear([-(0.125 - 0.25), Scores[1] - (0.25 - 0.75), Scores[2] - 0.625], parameters);
    }

    [Fact]
    public void Weights_and_smoothing_go_together_as_in_PyTorch()
    {
        using var bench = Classes(new() { ClassWeights = [1, 3, 2], LabelSmoothing = 0.3 }, 0, 1);
        var weighted = Logs[0] + 3 * Logs[1] + 2 * Logs[2];   // of one example over all classes
        Assert.Equal(2 * (0.7 * (Logs[0] + 3 * Logs[1]) + 0.1 * 2 * weighted) / 4, bench.Train(Scores).Sums.LossSum, 1e-6);
    }

    [Fact]
    public void Balanced_classes_have_the_same_weight_together()
    {
        using var balanced = Classes(new() { BalanceClasses = true, BatchSize = 8 }, 0, 0, 0, 1);
        using var given = Classes(new() { ClassWeights = [4 / 6.0, 4 / 2.0, 1e-9], BatchSize = 8 }, 0, 0, 0, 1);   // n / (classes n_c), n_c of two classes that differ
        AssertNear([.. given.Train(Scores).Parameters.Select(value => (double)value)], balanced.Train(Scores).Parameters);
        Assert.Equal(4 * (Logs[0] + Logs[1]) / 2, balanced.Train(Scores).Sums.LossSum, 1e-5);
    }

    [Fact]
    public void Balanced_weights_count_the_clients_own_examples()
    {
        long[] labels = [0, 0, 0, 1, 1, 2, 2, 2];
        var shape = DataShape.ForClasses([1], 4);
        var weights = Engine.Training.ClassWeights.Of(new() { BalanceClasses = true }, shape, labels, [0, 1, 2, 3]);
        Assert.Equal([4f / (4 * 3), 4f / 4, 0, 0], weights!);
        Assert.Null(Engine.Training.ClassWeights.Of(new(), shape, labels, [0]));
    }

    [Fact]
    public void Evaluation_has_the_plain_loss()
    {
        using var bench = Classes(new() { ClassWeights = [1, 3, 2], LabelSmoothing = 0.3 }, 0, 1);
        Assert.Equal(Logs[0] + Logs[1], bench.Measure(Scores).LossSum, 1e-6);
    }

    [Fact]
    public void Gradient_of_many_chunks_is_that_of_the_weighted_mean_over_all()
    {
        var training = new TrainingSpec { ClassWeights = [1, 5, 2], L2 = 0.1, L1 = 0.2 };
        var examples = ArrayExamples.Noise(600, 4, 3);   // three chunks
        var layer = new DenseLayer { Units = 3 };
        using var chunks = new TrainerBench(training, examples, [4], 3, layer);
        using var whole = new TrainerBench(training with { BatchSize = 600, Optimizer = new() { LearningRate = 1 } }, examples, [4], 3, layer);
        var start = chunks.Start();
        var gradient = new float[start.Length];
        chunks.Trainer().Gradient(start, gradient);
        AssertNear([.. start.Zip(whole.Train(start).Parameters, (before, after) => (double)(before - after))], gradient);
    }

    [Theory]
    [InlineData(Loss.Mse, 0.0, 4.625)]      // (0.25 + 9) / 2
    [InlineData(Loss.Mae, 0.0, 1.75)]       // (0.5 + 3) / 2
    [InlineData(Loss.Huber, 1.0, 1.3125)]   // (0.125 + 1 * (3 - 0.5)) / 2
    [InlineData(Loss.Huber, 2.0, 2.0625)]   // (0.125 + 2 * (3 - 1)) / 2
    public void Losses_of_numbers_are_the_hand_computed_ones(Loss loss, double delta, double mean)
    {
        var training = new TrainingSpec { Loss = loss, HuberDelta = delta > 0 ? delta : 1 };
        using var bench = new TrainerBench(training, new ArrayExamples([[1f], [1f]], targets: [0.5f, -2f]), [1], 0, new DenseLayer { Units = 1, Bias = false });
        Assert.Equal(2 * mean, bench.Measure([1]).LossSum, 1e-6);
        Assert.Equal(2 * mean, bench.Train([1]).Sums.LossSum, 1e-6);
    }

    [Fact]
    public void Without_a_loss_numbers_have_the_squared_error()
    {
        using var bench = new TrainerBench(new(), new ArrayExamples([[1f]], targets: [3f]), [1], 0, new DenseLayer { Units = 1, Bias = false });
        Assert.Equal(4, bench.Measure([1]).LossSum, 1e-6);
    }
}
