using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Tests.Training;

public sealed class SharpnessTests
{
    // The loss is w²: with ρ = 0.5 the gradient at 1 is that at 1.5, 3: 1 - 0.1 * 3 = 0.7, then 0.7 - 0.1 * 2.4 = 0.46. Losses are those at w.
    [Fact]
    public void Each_step_is_along_the_gradient_from_above()
    {
        using var bench = TrainerBench.Square(new() { Epochs = 2, Optimizer = new() { LearningRate = 0.1 } });
        var result = new float[1];
        var training = bench.Trainer().Train([1], result, new GradientTerm { Radius = 0.5 });
        Assert.Equal(0.46f, result[0], 1e-6f);
        Assert.Equal(1 + 0.49, training.Sums.LossSum, 1e-6);
    }

    // Two weights on x = (3, 4), loss (w x)²: at (1, 0) the gradient is 2 * 3 * (3, 4) of length 30, so up is (0.6, 0.8), and w x there is 3 + 0.5 * 5 = 5.5, the gradient 11 * (3, 4).
    [Fact]
    public void The_way_up_has_the_length_of_the_radius_over_all_weights()
    {
        using var bench = new TrainerBench(new() { BatchSize = 1, Loss = Loss.Mse, Optimizer = new() { LearningRate = 0.01 } }, new ArrayExamples([[3f, 4f]], targets: [0f]), [2], 0,
            new DenseLayer { Units = 1, Bias = false });
        var result = new float[2];
        bench.Trainer().Train([1, 0], result, new GradientTerm { Radius = 0.5 });
        Assert.Equal(1 - 0.33f, result[0], 1e-5f);
        Assert.Equal(-0.44f, result[1], 1e-5f);
    }

    [Fact]
    public void Penalties_and_the_rest_of_the_term_are_those_at_the_weights()
    {
        using var bench = TrainerBench.Square(new() { L2 = 0.5, Optimizer = new() { LearningRate = 0.1 } });
        var result = new float[1];
        bench.Trainer().Train([1], result, new GradientTerm(2, [3]) { Radius = 0.5 });   // 1 - 0.1 (3 + 2 * 0.5 * 1 + 2 (1 - 3))
        Assert.Equal(1, result[0], 1e-6f);
    }

    [Fact]
    public void At_a_gradient_of_0_there_is_no_way_up()
    {
        using var bench = TrainerBench.Square(new() { Optimizer = new() { LearningRate = 0.1 } });
        var result = new float[1];
        bench.Trainer().Train([0], result, new GradientTerm { Radius = 0.5 });
        Assert.Equal(0, result[0]);
    }

    // A learning rate of next to nothing leaves what the passes do by themselves: the running statistics of one pass, the same batches, and the same losses.
    [Fact]
    public void Running_statistics_and_losses_are_those_of_one_pass()
    {
        using var bench = Network(new() { Epochs = 2, BatchSize = 4, Optimizer = new() { LearningRate = 1e-30 }, Augmentation = new() { Noise = 0.1 } });
        var (start, plain, sharp) = (bench.Start(), new float[bench.Plan.Schema.Count], new float[bench.Plan.Schema.Count]);
        var (one, two) = (bench.Trainer().Train(start, plain, default), bench.Trainer().Train(start, sharp, new GradientTerm { Radius = 0.5 }));
        Assert.All(plain.Zip(sharp), pair => Assert.Equal(pair.First, pair.Second, 1e-20f));
        Assert.Equal(one, two);
        Assert.NotEqual(start, plain);
    }

    // Radius next to 0: the gradient is that at w only if dropout, augmentation and batch are the same in both passes.
    [Fact]
    public void Both_passes_have_the_same_batch_and_the_same_dropout()
    {
        using var bench = Network(new() { Epochs = 3, BatchSize = 4, Optimizer = new() { LearningRate = 0.1 }, Augmentation = new() { Noise = 0.1 } });
        var (start, plain, sharp, wide) = (bench.Start(), new float[bench.Plan.Schema.Count], new float[bench.Plan.Schema.Count], new float[bench.Plan.Schema.Count]);
        bench.Trainer().Train(start, plain, default);
        bench.Trainer().Train(start, sharp, new GradientTerm { Radius = 1e-6 });
        bench.Trainer().Train(start, wide, new GradientTerm { Radius = 0.5 });
        Assert.All(plain.Zip(sharp), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        Assert.Contains(plain.Zip(wide), pair => Math.Abs(pair.First - pair.Second) > 1e-2f);
    }

    private static TrainerBench Network(TrainingSpec training) => new(training,
        new ArrayExamples([.. Enumerable.Range(0, 16).Select(i => new[] { i % 3 - 1f, i % 5 - 2f, i % 7 - 3f })], [.. Enumerable.Range(0, 16).Select(i => i % 2)]), [3], 2,
        new DenseLayer { Units = 5 }, new BatchNormLayer(), new DropoutLayer { Rate = 0.5 }, new DenseLayer { Units = 2 });
}
