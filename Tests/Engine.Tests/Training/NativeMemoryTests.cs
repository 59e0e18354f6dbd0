using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using DisposeScopeManager = TorchSharp.DisposeScopeManager;

namespace Federated.Engine.Tests.Training;

/// <summary>Alone, since other tests side by side would show in the memory of the process.</summary>
[CollectionDefinition(nameof(NativeMemoryTests), DisableParallelization = true)]
[Collection(nameof(NativeMemoryTests))]
public sealed class NativeMemoryTests
{
    [Fact]
    public void Native_memory_stays_flat_over_three_thousand_steps()
    {
        using var bench = Bench();
        var start = bench.Start();
        AssertFlat(round => bench.Trainer(round).Train(start, new float[start.Length], new GradientTerm(0.1, start)));
    }

    // The two models that rest are made once, and stay.
    [Fact]
    public void Native_memory_stays_flat_over_three_thousand_steps_that_compare_models()
    {
        using var bench = Bench();
        var (start, previous) = (bench.Start(), bench.Start(seed: 7));
        AssertFlat(round => bench.Trainer(round).Train(start, new float[start.Length], new GradientTerm { Contrast = new(1, 0.5, start, previous) }));
    }

    private static TrainerBench Bench() => new(new TrainingSpec { BatchSize = 16, Epochs = 250 }, ArrayExamples.Noise(64, 64, 4), [1, 8, 8], 4,
        new Conv2dLayer { Filters = 8, Activation = Activation.Relu }, new BatchNormLayer(), new MaxPool2dLayer(), new FlattenLayer(),
        new DropoutLayer(), new DenseLayer { Units = 4, Activation = Activation.Softmax });

    private static void AssertFlat(Action<int> train)
    {
        train(10);   // 1000 steps
        var tensors = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        var resident = Environment.WorkingSet;
        for (var round = 1; round <= 3; round++) train(round);
        Assert.Equal(tensors, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        // A leak of one input batch a step would be 12 MB, of one activation 76 MB; the rest is room for the garbage collector.
        Assert.InRange(Environment.WorkingSet - resident, long.MinValue, 64 << 20);
    }
}
