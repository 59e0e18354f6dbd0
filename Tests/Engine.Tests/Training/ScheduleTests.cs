using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Tests.Training;

/// <summary>The trainer moves by the rate of its round or step.</summary>
public sealed class ScheduleTests
{
    private static OptimizerSpec Optimizer(ScheduleSpec schedule, OptimizerName name = OptimizerName.Sgd) => new() { Name = name, LearningRate = 0.1, Schedule = schedule };

    [Theory]
    [InlineData(1, 0.9)]    // w = 1, gradient 2: half of the rate, then the rate, a half and a half of a cosine over three rounds
    [InlineData(2, 0.8)]
    [InlineData(3, 0.85)]
    [InlineData(4, 0.95)]
    public void Over_rounds_the_round_decides(int round, double expected)
    {
        var schedule = new ScheduleSpec { Kind = ScheduleKind.Cosine, WarmUp = 1 };   // cos(π / 3) = 1/2, cos(2π / 3) = -1/2
        using var bench = new TrainerBench(new() { Optimizer = Optimizer(schedule) }, new ArrayExamples([[1f]], targets: [0f]), [1], 0, new DenseLayer { Units = 1, Bias = false }) { Rounds = 4 };
        Assert.Equal(expected, bench.Train([1], round).Parameters[0], 1e-6);
    }

    [Fact]
    public void Over_steps_the_step_decides_whatever_the_round()
    {
        var schedule = new ScheduleSpec { Kind = ScheduleKind.Linear, Over = ScheduleUnit.Steps };   // 0.1 and 0.05 of two steps
        using var bench = TrainerBench.Square(new() { Epochs = 2, Optimizer = Optimizer(schedule) });
        Assert.Equal(0.8 - 0.05 * 1.6, bench.Train([1], round: 1).Parameters[0], 1e-6);
        Assert.Equal(0.8 - 0.05 * 1.6, bench.Train([1], round: 9).Parameters[0], 1e-6);
    }

    [Theory]
    [InlineData(OptimizerName.Adam)]
    [InlineData(OptimizerName.AdamW)]
    [InlineData(OptimizerName.RmsProp)]
    [InlineData(OptimizerName.Adagrad)]
    public void Every_optimiser_takes_the_rate(OptimizerName name)
    {
        using var half = TrainerBench.Square(new() { Optimizer = Optimizer(new() { WarmUp = 1 }, name) });
        using var full = TrainerBench.Square(new() { Optimizer = Optimizer(new(), name) });
        Assert.Equal((1 - full.Train([1]).Parameters[0]) / 2, 1 - half.Train([1]).Parameters[0], 1e-6);
    }
}
