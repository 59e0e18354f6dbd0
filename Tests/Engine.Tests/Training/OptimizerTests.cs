using Federated.Core.Jobs;
using Federated.Core.Randomness;
using Federated.Engine.Training;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Training;

public sealed class OptimizerTests
{
    private const float Tolerance = 2e-6f;   // a few roundings of float32

    // The gradient of w² is 2w, and w starts at 1. Worked out by hand from the optimisers' definitions.
    [Theory]
    [InlineData(0.0, false, 0.0, 0.8, 0.64)]          // 1 - 0.1 * 2;  0.8 - 0.1 * 1.6
    [InlineData(0.9, false, 0.0, 0.8, 0.46)]          // v = 2;  v = 0.9 * 2 + 1.6 = 3.4
    [InlineData(0.9, true, 0.0, 0.62, 0.2224)]        // 2 + 0.9 * 2 = 3.8;  v = 3.04, 1.24 + 0.9 * 3.04 = 3.976
    [InlineData(0.0, false, 0.5, 0.75, 0.5625)]       // 2 + 0.5;  1.5 + 0.375
    [InlineData(0.9, false, 0.5, 0.75, 0.3375)]       // v = 2.5;  v = 2.25 + 1.875 = 4.125
    public void Sgd_takes_the_hand_computed_steps(double momentum, bool nesterov, double decay, double first, double second)
    {
        var sgd = new OptimizerSpec { LearningRate = 0.1, Momentum = momentum, Nesterov = nesterov, WeightDecay = decay };
        AssertSteps(sgd, first, second);
    }

    [Theory]
    [InlineData(OptimizerName.Adam, 0.0, 0.9, 0.8004123)]    // step 2: m̂ = 0.36 / 0.19, v̂ = 0.007236 / 0.001999
    [InlineData(OptimizerName.Adam, 0.5, 0.9, 0.8004123)]    // a gradient scaled by 1.25 throughout changes nothing
    [InlineData(OptimizerName.AdamW, 0.5, 0.85, 0.7082484)]  // 0.95 - 0.1;  0.85 * 0.95 - 0.1 * (0.35 / 0.19) / √(0.006886 / 0.001999)
    public void Adam_takes_the_hand_computed_steps(OptimizerName name, double decay, double first, double second)
    {
        AssertSteps(new OptimizerSpec { Name = name, LearningRate = 0.1, WeightDecay = decay }, first, second);
    }

    [Theory]
    [InlineData(0.0, 0.0, 0.8, 0.6642897)]   // v = 1, 0.2 / 1;  v = 0.75 + 0.64 = 1.39, 0.16 / √1.39
    [InlineData(0.5, 0.0, 0.8, 0.5642897)]   // b = 2;  b = 1 + 1.6 / √1.39
    [InlineData(0.0, 0.5, 0.8, 0.6642897)]   // a gradient scaled by 1.25 throughout changes nothing
    public void Rmsprop_takes_the_hand_computed_steps(double momentum, double decay, double first, double second) => AssertSteps(
        new OptimizerSpec { Name = OptimizerName.RmsProp, LearningRate = 0.1, Alpha = 0.75, Momentum = momentum, WeightDecay = decay }, first, second);

    [Theory]
    [InlineData(0.0, 0.9, 0.8331034)]    // s = 4, 0.2 / 2;  s = 4 + 3.24, 0.18 / √7.24
    [InlineData(0.5, 0.9, 0.8331034)]    // a gradient scaled by 1.25 throughout changes nothing
    public void Adagrad_takes_the_hand_computed_steps(double decay, double first, double second) =>
        AssertSteps(new OptimizerSpec { Name = OptimizerName.Adagrad, LearningRate = 0.1, WeightDecay = decay }, first, second);

    private static void AssertSteps(OptimizerSpec optimizer, double first, double second)
    {
        using var one = TrainerBench.Square(new TrainingSpec { Optimizer = optimizer });
        Assert.Equal((float)first, one.Train([1f]).Parameters[0], Tolerance);
        using var two = TrainerBench.Square(new TrainingSpec { Optimizer = optimizer, Epochs = 2 });
        Assert.Equal((float)second, two.Train([1f]).Parameters[0], Tolerance);
    }

    public static TheoryData<OptimizerSpec> Specs => new()
    {
        new OptimizerSpec { LearningRate = 0.1, WeightDecay = 0.01 },
        new OptimizerSpec { LearningRate = 0.1, Momentum = 0.9, WeightDecay = 0.01 },
        new OptimizerSpec { LearningRate = 0.1, Momentum = 0.9, Nesterov = true, WeightDecay = 0.01 },
        new OptimizerSpec { Name = OptimizerName.Adam, LearningRate = 0.1, WeightDecay = 0.01 },
        new OptimizerSpec { Name = OptimizerName.AdamW, LearningRate = 0.1, WeightDecay = 0.01, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-6 },
        new OptimizerSpec { Name = OptimizerName.RmsProp, LearningRate = 0.01, WeightDecay = 0.01 },
        new OptimizerSpec { Name = OptimizerName.RmsProp, LearningRate = 0.01, Momentum = 0.9, Alpha = 0.9, Epsilon = 1e-4 },
        new OptimizerSpec { Name = OptimizerName.Adagrad, LearningRate = 0.1, WeightDecay = 0.01, Epsilon = 1e-10 },
    };

    [Theory]
    [MemberData(nameof(Specs))]
    public void Steps_over_many_blocks_match_libtorch(OptimizerSpec spec)
    {
        const int Count = 5000;   // two blocks and a part
        var draws = new RandomStream(3);
        var ours = Draw();
        var optimizer = Optimizer.Create(spec, Count);
        optimizer.Reset();
        using var scope = NewDisposeScope();
        var theirs = nn.Parameter(tensor(ours.ToArray()));
        using var reference = spec.Name switch
        {
            OptimizerName.Sgd => (optim.Optimizer)optim.SGD([theirs], spec.LearningRate, spec.Momentum, 0, spec.WeightDecay, spec.Nesterov),
            OptimizerName.RmsProp => optim.RMSProp([theirs], spec.LearningRate, spec.Alpha, spec.Epsilon, spec.WeightDecay, spec.Momentum),
            OptimizerName.Adagrad => optim.Adagrad([theirs], spec.LearningRate, 0, spec.WeightDecay, 0, spec.Epsilon),
            OptimizerName.Adam => optim.Adam([theirs], spec.LearningRate, spec.Beta1, spec.Beta2, spec.Epsilon, spec.WeightDecay),
            _ => optim.AdamW([theirs], spec.LearningRate, spec.Beta1, spec.Beta2, spec.Epsilon, spec.WeightDecay),
        };
        for (var step = 0; step < 5; step++)
        {
            var gradient = Draw();
            theirs.grad = tensor(gradient.ToArray());
            reference.step();
            optimizer.BeginStep(spec.LearningRate);
            optimizer.Update(0, ours, gradient);
        }
        Assert.All(theirs.data<float>().ToArray().Zip(ours), pair => Assert.Equal(pair.First, pair.Second, 5e-6f));

        float[] Draw() => [.. Enumerable.Range(0, Count).Select(_ => (float)(2 * draws.NextDouble() - 1))];
    }

    [Fact]
    public void Round_starts_the_optimiser_afresh()
    {
        using var bench = TrainerBench.Square(new TrainingSpec { Epochs = 3, Optimizer = new OptimizerSpec { LearningRate = 0.1, Momentum = 0.9 } });
        Assert.Equal(bench.Train([1f]).Parameters, bench.Train([1f]).Parameters);
        using var adam = TrainerBench.Square(new TrainingSpec { Epochs = 3, Optimizer = new OptimizerSpec { Name = OptimizerName.Adam, LearningRate = 0.1 } });
        Assert.Equal(adam.Train([1f]).Parameters, adam.Train([1f]).Parameters);
    }
}
