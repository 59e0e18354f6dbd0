using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Engine.Training;

namespace Federated.Engine.Tests.Training;

public sealed class LocalTrainerTests
{
    private static TrainerBench WithDropout(int epochs = 3) => new(
        new TrainingSpec { Epochs = epochs, BatchSize = 8 }, ArrayExamples.Noise(50, 12, 3), [12], 3,
        new DenseLayer { Units = 33, Activation = Activation.Relu }, new DropoutLayer(), new DenseLayer { Units = 3 });

    [Fact]
    public async Task Trainers_in_two_threads_give_the_same_bits_as_one_alone()
    {
        using var alone = WithDropout();
        var start = alone.Start();
        var expected = alone.Train(start, round: 4);

        // Threads of their own, so that both run at the same time however few the pool has.
        var runs = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(() =>
        {
            using var bench = WithDropout();
            return Enumerable.Range(0, 5).Select(_ => bench.Train(start, round: 4)).ToList();
        }, TaskCreationOptions.LongRunning)));

        Assert.All(runs.SelectMany(run => run), run =>
        {
            Assert.Equal(expected.Parameters, run.Parameters);
            Assert.Equal(expected.Sums, run.Sums);
        });
    }

    [Fact]
    public void Other_rounds_clients_and_seeds_draw_otherwise()
    {
        using var bench = WithDropout();
        var start = bench.Start();
        var result = new float[start.Length];
        bench.Trainer(seed: 43).Train(start, result, default);
        float[][] runs = [bench.Train(start).Parameters, bench.Train(start, round: 2).Parameters, bench.Train(start, client: "client-1").Parameters, result];
        Assert.Equal(4, runs.Select(run => BitConverter.SingleToInt32Bits(run[0])).Distinct().Count());
    }

    [Fact]
    public void Sums_cover_every_example_of_every_epoch_and_the_start_is_left_alone()
    {
        using var bench = WithDropout(epochs: 2);
        var start = bench.Start();
        var before = start.ToArray();
        Assert.Equal(100, bench.Train(start).Sums.Examples);
        Assert.Equal(before, start);
    }

    [Fact]
    public void Gradient_equals_finite_differences_through_every_smooth_layer()
    {
        using var bench = new TrainerBench(new TrainingSpec(), ArrayExamples.Noise(5, 36, 3), [1, 6, 6], 3,
            new Conv2dLayer { Filters = 4, Kernel = 4, Padding = Padding.Same, Activation = Activation.Tanh },
            new GroupNormLayer { Groups = 2 },
            new AvgPool2dLayer(),
            new Conv2dLayer { Filters = 2, Kernel = 2, Stride = 2, Bias = false, Activation = Activation.Gelu },
            new FlattenLayer(),
            new DenseLayer { Units = 4, Activation = Activation.Sigmoid },
            new DenseLayer { Units = 3, Activation = Activation.Softmax });
        var at = bench.Start();
        var gradient = new float[at.Length];
        bench.Trainer().Gradient(at, gradient);

        const float H = 1e-2f;   // float32: rounding of the loss over 2h is about 1e-5, the third derivative's share h²/6 about 2e-5
        for (var i = 0; i < at.Length; i++)
        {
            var (up, down) = (at.ToArray(), at.ToArray());
            (up[i], down[i]) = (at[i] + H, at[i] - H);
            Assert.Equal((bench.Measure(up).Loss - bench.Measure(down).Loss) / (2 * H), gradient[i], 5e-4);
        }
    }

    [Fact]
    public void Gradient_over_several_chunks_is_that_of_the_mean_over_the_partition()
    {
        var examples = ArrayExamples.Noise(Workspace.LargestChunk * 2 + 37, 5, 3);
        var whole = new TrainingSpec { BatchSize = examples.Count, Optimizer = new OptimizerSpec { LearningRate = 1 } };
        using var bench = new TrainerBench(whole, examples, [5], 3, new DenseLayer { Units = 3 });
        var start = bench.Start();
        var gradient = new float[start.Length];
        var sums = bench.Trainer().Gradient(start, gradient);
        var (stepped, stepSums) = bench.Train(start);   // one step over all examples at once
        Assert.All(Enumerable.Range(0, start.Length), i => Assert.Equal(start[i] - stepped[i], gradient[i], 1e-6f));
        Assert.Equal((examples.Count, stepSums.Correct), (sums.Examples, sums.Correct));
        Assert.Equal(stepSums.LossSum, sums.LossSum, 1e-3);
    }

    [Fact]
    public void Loss_that_is_not_finite_ends_training_with_client_step_and_learning_rate()
    {
        using var bench = TrainerBench.Square(new TrainingSpec { Epochs = 5, Optimizer = new OptimizerSpec { LearningRate = 1e12 } });
        var message = Assert.Throws<EngineException>(() => bench.Train([1f], round: 3, client: "ward-7")).Message;
        Assert.Contains("client 'ward-7' diverged in round 3: at step 3 with learning rate 1000000000000", message, StringComparison.Ordinal);
        Assert.Contains("Lower training.optimizer.learning_rate", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Last_step_into_infinity_is_noticed_as_well()
    {
        using var bench = TrainerBench.Square(new TrainingSpec { Optimizer = new OptimizerSpec { LearningRate = 3e38 } });
        Assert.Contains("no longer finite", Assert.Throws<EngineException>(() => bench.Train([10f])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Workspace_trains_as_new_after_a_failure()
    {
        using var bench = TrainerBench.Square(new TrainingSpec { Optimizer = new OptimizerSpec { LearningRate = 0.1 } });
        Assert.Throws<EngineException>(() => bench.Train([float.NaN]));
        Assert.Equal(0.8f, bench.Train([1f]).Parameters[0], 1e-6f);
    }

    [Fact]
    public void Cancellation_is_noticed_before_the_next_step()
    {
        using var bench = WithDropout();
        var start = bench.Start();
        Assert.Throws<OperationCanceledException>(() => { bench.Trainer(cancellation: new CancellationToken(canceled: true)).Train(start, new float[start.Length], default); });
    }

    [Theory]
    [InlineData(10, 4, false, "4 8 10")]
    [InlineData(9, 4, false, "4 8 9")]
    [InlineData(9, 4, true, "4 9")]    // the last example would be alone
    [InlineData(8, 4, true, "4 8")]
    [InlineData(3, 4, true, "3")]
    public void Batches_end_where_they_should(int count, int size, bool pairs, string ends)
    {
        Assert.Equal(ends, string.Join(' ', BatchPlan.Ends(count, size, pairs)));
    }

    [Fact]
    public void Batch_norm_over_features_refuses_a_client_of_one_example_and_takes_an_odd_one()
    {
        static TrainerBench Bench(int examples) => new(new TrainingSpec { BatchSize = 4 }, ArrayExamples.Noise(examples, 6, 2), [6], 2,
            new DenseLayer { Units = 5 }, new BatchNormLayer(), new DenseLayer { Units = 2 });
        using var odd = Bench(9);
        Assert.Equal(9, odd.Train(odd.Start()).Sums.Examples);
        using var one = Bench(1);
        Assert.Contains("group_norm", Assert.Throws<EngineException>(() => one.Train(one.Start())).Message, StringComparison.Ordinal);
    }
}
