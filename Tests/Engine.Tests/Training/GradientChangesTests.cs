using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Tests.Training;

/// <summary>What happens to the gradient before the optimiser gets it.</summary>
public sealed class GradientChangesTests
{
    // Output w x + b = 2 * 3 + 1 = 7 with target 0: the gradient of its square is 14 * (3, 1) = (42, 14).
    private static float[] Step(TrainingSpec training)
    {
        using var bench = new TrainerBench(training with { Optimizer = new() { LearningRate = 1 } }, new ArrayExamples([[3f]], targets: [0f]), [1], 0, new DenseLayer { Units = 1 });
        return bench.Train([2, 1]).Parameters;
    }

    [Fact]
    public void A_clipped_value_leaves_the_others_alone() => Assert.Equal([2f - 20, 1f - 14], Step(new() { ClipValue = 20 }));

    [Fact]
    public void Values_are_clipped_before_the_norm()
    {
        var parameters = Step(new() { ClipValue = 14, ClipNorm = 1 });   // (14, 14), then (1, 1) / √2
        Assert.All(parameters.Zip([2 - 1 / Math.Sqrt(2), 1 - 1 / Math.Sqrt(2)]), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
    }

    [Fact]
    public void Penalties_move_weights_and_not_biases()
    {
        Assert.Equal([2 - (42 + 0.5f), 1 - 14f], Step(new() { L1 = 0.5 }));
        Assert.Equal([2 - (42 + 2 * 0.25f * 2), 1 - 14f], Step(new() { L2 = 0.25 }));
    }

    [Fact]
    public void Penalties_come_before_clipping() => Assert.Equal([2 - 42.25f, 1 - 14f], Step(new() { L1 = 0.5, ClipValue = 42.25 }));

    [Theory]
    [InlineData(2f, 0.5f)]
    [InlineData(-2f, -0.5f)]
    [InlineData(0f, 0f)]
    public void The_l1_penalty_has_the_sign_of_the_weight(float weight, float expected)
    {
        using var bench = new TrainerBench(new() { L1 = 0.5 }, new ArrayExamples([[0f]], targets: [0f]), [1], 0, new DenseLayer { Units = 1, Bias = false });
        var gradient = new float[1];
        bench.Trainer().Gradient([weight], gradient);
        Assert.Equal([expected], gradient);
    }
}
