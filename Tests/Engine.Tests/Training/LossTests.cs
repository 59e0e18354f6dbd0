using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Tests.Training;

public sealed class LossTests
{
    private static readonly float[] Scores = [0, MathF.Log(2), MathF.Log(5)];   // softmax: 1/8, 2/8, 5/8

    private static TrainerBench Softmax(Loss loss, Activation last) => new(
        new TrainingSpec { Loss = loss, Optimizer = new OptimizerSpec { LearningRate = 1 } }, new ArrayExamples([[1f]], [1]), [1], 3,
        new DenseLayer { Units = 3, Bias = false, Activation = last });

    [Theory]
    [InlineData(Activation.None)]
    [InlineData(Activation.Softmax)]   // cross-entropy takes the scores before it: the softmax is not applied twice
    public void Cross_entropy_and_its_step_are_the_hand_computed_ones(Activation last)
    {
        using var bench = Softmax(Loss.CrossEntropy, last);
        var (parameters, sums) = bench.Train(Scores);
        Assert.Equal(Math.Log(4), sums.LossSum, 6);   // -ln(2/8)
        Assert.Equal((1, 0), (sums.Examples, sums.Correct));
        float[] expected = [-0.125f, Scores[1] + 0.75f, Scores[2] - 0.625f];   // minus (softmax - one-hot)
        Assert.All(parameters.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
    }

    [Fact]
    public void Squared_error_with_classes_is_against_the_one_hot_label_after_softmax()
    {
        using var bench = Softmax(Loss.Mse, Activation.Softmax);
        Assert.Equal((1 / 64.0 + 36 / 64.0 + 25 / 64.0) / 3, bench.Measure(Scores).LossSum, 6);
    }

    [Fact]
    public void Squared_error_of_regression_is_against_the_targets()
    {
        var examples = new ArrayExamples([[1f, 2f], [3f, 4f]], targets: [1f, -2f]);
        using var bench = new TrainerBench(new TrainingSpec { Loss = Loss.Mse }, examples, [2], 0, new DenseLayer { Units = 1 });
        var sums = bench.Measure([1, 0.5f, -1]);   // 1 + 1 - 1 = 1 and 3 + 2 - 1 = 4
        Assert.Equal(new MetricSums(2, 36, 0), sums);
    }

    [Fact]
    public void Hits_count_the_largest_score()
    {
        var examples = new ArrayExamples([[1f, 0f], [0f, 1f], [0f, 1f]], [0, 1, 0]);
        using var bench = new TrainerBench(new TrainingSpec(), examples, [2], 2, new DenseLayer { Units = 2, Bias = false });
        Assert.Equal(2, bench.Measure([1, 0, 0, 1]).Correct);
    }

    [Fact]
    public void Clipping_scales_the_whole_gradient_to_the_bound()
    {
        var training = new TrainingSpec { Loss = Loss.Mse, ClipNorm = 1, Optimizer = new OptimizerSpec { LearningRate = 1 } };
        using var bench = new TrainerBench(training, new ArrayExamples([[3f]], targets: [0f]), [1], 0, new DenseLayer { Units = 1 });
        var parameters = bench.Train([1, 1]).Parameters;   // output 4; gradient 2 * 4 * (3, 1) = (24, 8), its norm 8 √10
        Assert.Equal(1 - 3 / MathF.Sqrt(10), parameters[0], 1e-6f);
        Assert.Equal(1 - 1 / MathF.Sqrt(10), parameters[1], 1e-6f);
    }

    [Fact]
    public void Clipping_leaves_a_smaller_gradient_alone()
    {
        using var bench = TrainerBench.Square(new TrainingSpec { ClipNorm = 2.5, Optimizer = new OptimizerSpec { LearningRate = 0.25 } });
        Assert.Equal(0.5f, bench.Train([1]).Parameters[0]);
    }
}
