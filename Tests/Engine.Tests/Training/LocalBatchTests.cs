using System.Numerics.Tensors;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Engine.Tests.Training;

public sealed class LocalBatchTests
{
    // Plain steps along the batches' gradients are what local training with sgd does: same order, same dropout, same augmentation, same statistics; the optimiser may fuse a product and a sum.
    [Fact]
    public void Steps_along_the_gradients_of_batches_are_those_of_training()
    {
        using var bench = Network(new()
        {
            Epochs = 2,
            BatchSize = 3,
            ClipNorm = 0.5,
            L2 = 0.01,
            Augmentation = new() { Noise = 0.1 },
            Optimizer = new() { LearningRate = 0.1, Schedule = new() { Kind = ScheduleKind.Linear, Over = ScheduleUnit.Steps } },
        });
        var (trained, walked, gradient) = (new float[bench.Plan.Schema.Count], bench.Start(), new float[bench.Plan.Schema.Count]);
        var expected = bench.Trainer().Train(walked, trained, default);

        var actual = bench.Trainer().ForEachBatch(batch =>
        {
            batch.Gradient(walked, gradient);
            TensorPrimitives.MultiplyAdd(gradient, -(float)batch.Rate, walked, walked);
        });

        Assert.Equal(expected, actual);
        Assert.All(trained.Zip(walked), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
    }

    [Fact]
    public void Gradient_of_a_batch_is_the_same_however_often_it_is_asked_for()
    {
        using var bench = Network(new() { Epochs = 1, BatchSize = 4, Augmentation = new() { Noise = 0.1 }, Optimizer = new() { LearningRate = 0.1 } });
        var start = bench.Start();
        var batches = new List<ILocalBatch>();
        var gradients = new List<float[]>();

        bench.Trainer().ForEachBatch(batch =>
        {
            batches.Add(batch);
            gradients.Add(Of(batch));
            Assert.Equal(gradients[^1], Of(batch));
        });

        Assert.Equal([1, 2, 3, 4], batches.Select(batch => batch.Step));
        Assert.All(batches, batch => Assert.Equal(4, batch.Steps));
        Assert.Equal(gradients[0], Of(batches[0]));   // also later, when others were asked
        Assert.NotEqual(gradients[0], gradients[1]);

        float[] Of(ILocalBatch batch)
        {
            var gradient = new float[start.Length];
            batch.Gradient([.. start], gradient);
            return gradient;
        }
    }

    [Fact]
    public void Loss_over_the_partition_is_that_of_an_evaluation()
    {
        using var bench = Network(new() { BatchSize = 4 });
        var start = bench.Start();
        Assert.Equal(bench.Measure(start), bench.Trainer().Measure(start));
    }

    private static TrainerBench Network(TrainingSpec training) => new(training,
        new ArrayExamples([.. Enumerable.Range(0, 16).Select(i => new[] { i % 3 - 1f, i % 5 - 2f, i % 7 - 3f })], [.. Enumerable.Range(0, 16).Select(i => i % 2)]), [3], 2,
        new DenseLayer { Units = 5 }, new BatchNormLayer(), new DropoutLayer { Rate = 0.5 }, new DenseLayer { Units = 2 });
}
