using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Tests.Training;

public sealed class ImageLearningTests
{
    [Fact]
    public void Keras_cnn_learns_a_small_separable_set_of_images()
    {
        var layers = ModelPlanner.Plan(new ModelSpec { Name = "keras-cnn" }, DataShape.ForClasses([1, 20, 20], 4)).Plan!.Layers.Select(layer => layer.Layer);
        var training = new TrainingSpec { Epochs = 6, BatchSize = 8, Optimizer = new OptimizerSpec { LearningRate = 0.02, Momentum = 0.9 } };
        using var bench = new TrainerBench(training, ArrayExamples.Bands(80, 20, 4), [1, 20, 20], 4, [.. layers]);
        var start = bench.Start();
        Assert.InRange(bench.Measure(start).Accuracy, 0, 0.6);
        Assert.InRange(bench.Measure(bench.Train(start).Parameters).Accuracy, 0.95, 1);
    }
}
