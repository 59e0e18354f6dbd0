using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Tests.Training;

public sealed class FrozenTests
{
    // dense 1 with bias, batch norm 2, dense 3 with bias: eight tensors.
    private static readonly bool[] Body = [true, true, true, true, true, true, false, false];

    [Fact]
    public void What_is_frozen_does_not_move_by_gradients_decay_penalties_or_passes()
    {
        using var bench = Network(new() { Epochs = 3, BatchSize = 4, L2 = 0.1, ClipNorm = 0.2, Optimizer = new() { LearningRate = 0.1, WeightDecay = 0.1, Momentum = 0.9 } });
        var (start, result) = (bench.Start(), new float[bench.Plan.Schema.Count]);
        bench.Trainer().Train(start, result, new GradientTerm(0.5, start) { Frozen = Body, Radius = 0.1 });
        var offset = 0;
        foreach (var (index, tensor) in bench.Plan.Schema.Tensors.Index())
        {
            var (before, after) = (start[offset..(offset + tensor.Count)], result[offset..(offset + tensor.Count)]);
            if (Body[index]) Assert.Equal(before, after);
            else Assert.All(before.Zip(after), pair => Assert.NotEqual(pair.First, pair.Second));
            offset += tensor.Count;
        }
    }

    [Fact]
    public void Mask_that_freezes_nothing_changes_no_bit()
    {
        using var bench = Network(new() { Epochs = 2, BatchSize = 4, ClipNorm = 0.2, Optimizer = new() { LearningRate = 0.1, Momentum = 0.9 } });
        var (start, plain, masked) = (bench.Start(), new float[bench.Plan.Schema.Count], new float[bench.Plan.Schema.Count]);
        var expected = bench.Trainer().Train(start, plain, default);
        Assert.Equal(expected, bench.Trainer().Train(start, masked, new GradientTerm { Frozen = new bool[8], Epochs = 2 }));
        Assert.Equal(plain, masked);
    }

    // The loss is w², so a step of 0.1 takes a fifth of w away.
    [Fact]
    public void Epochs_of_the_term_are_in_the_place_of_the_jobs()
    {
        using var bench = TrainerBench.Square(new() { Epochs = 1, Optimizer = new() { LearningRate = 0.1 } });
        var result = new float[1];
        Assert.Equal(3, bench.Trainer().Train([1], result, new GradientTerm { Epochs = 3 }).Steps);
        Assert.Equal(0.8 * 0.8 * 0.8, result[0], 1e-6);
    }

    [Fact]
    public void Mask_of_another_model_is_refused()
    {
        using var bench = TrainerBench.Square(new());
        Assert.Throws<ArgumentException>(() => bench.Trainer().Train([1], new float[1], new GradientTerm { Frozen = new bool[2] }));
    }

    private static TrainerBench Network(TrainingSpec training) => new(training, ArrayExamples.Noise(20, 6, 3), [6], 3,
        new DenseLayer { Units = 5, Activation = Activation.Tanh }, new BatchNormLayer(), new DenseLayer { Units = 3 });
}
