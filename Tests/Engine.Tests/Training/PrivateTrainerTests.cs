using System.Diagnostics;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Privacy.Differential;
using Federated.Core.Tests.Privacy;
using Federated.Engine.Data;
using Federated.Engine.Training;

namespace Federated.Engine.Tests.Training;

public sealed class PrivateTrainerTests
{
    private static readonly TrainingSpec WholeBatch = new() { BatchSize = 40, Optimizer = new() { LearningRate = 0.5 } };

    // A bound that nothing reaches and a millionth of noise: what is left is a step along the mean gradient of all examples.
    [Fact]
    public void Without_bound_and_noise_a_step_is_that_of_the_whole_batch()
    {
        using var bench = Bench(WholeBatch);
        var start = bench.Start();
        var expected = bench.Train(start).Parameters;
        var result = new float[start.Length];
        var trained = Trainer(bench, WholeBatch, clip: 100, noise: 1e-6).Train(start, result, default);
        Assert.Equal((1, 40L, 0.5), (trained.Steps, trained.Sums.Examples, trained.Rates));
        for (var i = 0; i < result.Length; i++) Assert.Equal(expected[i], result[i], 2e-5f);
        Assert.NotEqual(start, result);
    }

    // Loss w², w = 10: the gradient 20 is cut to 2.
    [Fact]
    public void The_gradient_of_an_example_is_cut()
    {
        var training = new TrainingSpec { Loss = Loss.Mse, BatchSize = 1, Optimizer = new() { LearningRate = 0.5 } };
        using var bench = TrainerBench.Square(training);
        var result = new float[1];
        Trainer(bench, training, new ArrayExamples([[1f]], targets: [0f]), clip: 2, noise: 1e-6).Train([10f], result, default);
        Assert.Equal(10 - 0.5f * 2, result[0], 1e-4f);
    }

    // Examples of zeros have no gradient: a step is noise of rate * z C / n alone. Sum of squares and mean of 40,000 values are beyond five standard deviations once in 1.7 million runs.
    [Fact]
    public void A_step_carries_the_promised_noise()
    {
        var training = WholeBatch with { Loss = Loss.Mse };
        var zeros = new ArrayExamples([.. Enumerable.Range(0, 10).Select(_ => new float[200])], targets: new float[10]);
        using var bench = new TrainerBench(training, zeros, [200], 0, new DenseLayer { Units = 200, Bias = false }, new DenseLayer { Units = 1, Bias = false });
        var (start, result) = (new float[40_200], new float[40_200]);
        Trainer(bench, training, zeros, clip: 3, noise: 2).Train(start, result, default);
        const double Sigma = 0.5 * 2 * 3 / 10;
        var noise = result.Select(value => value / Sigma).ToArray();
        Assert.Equal(noise.Length, noise.Sum(value => value * value), 5 * Math.Sqrt(2.0 * noise.Length));
        Assert.Equal(0, noise.Average(), 5 / Math.Sqrt(noise.Length));
    }

    // Noise is the same, one of 40 examples is quite another: the step differs by at most 2 C rate / n.
    [Fact]
    public void No_example_moves_a_step_by_more_than_its_bound()
    {
        var training = WholeBatch with { Loss = Loss.Mse };
        float[][] features = [.. Enumerable.Range(0, 40).Select(example => Enumerable.Range(0, 6).Select(feature => MathF.Sin(example * 7 + feature)).ToArray())];
        float[][] others = [.. features[..^1], [1000, -1000, 5000, 0, 3, 9]];
        var results = new[] { features, others }.Select(rows =>
        {
            var examples = new ArrayExamples(rows, targets: [.. Enumerable.Range(0, 40).Select(example => (float)example)]);
            using var bench = new TrainerBench(training, examples, [6], 0, new DenseLayer { Units = 1 });
            var result = new float[7];
            Trainer(bench, training, examples, clip: 1.5, noise: 1).Train(new float[7], result, default);
            return result;
        }).ToArray();
        var moved = Math.Sqrt(results[0].Zip(results[1], (a, b) => Math.Pow(a - b, 2)).Sum());
        Assert.InRange(moved, 1e-3, 2 * 1.5 * 0.5 / 40 * (1 + 1e-4));
    }

    // q = 1/4 of 40 examples in 4 steps of two epochs: 80 gradients are expected, 7.7 one standard deviation.
    [Fact]
    public void Lots_are_drawn_for_every_step()
    {
        var training = WholeBatch with { BatchSize = 10, Epochs = 2 };
        using var bench = Bench(training);
        var start = bench.Start();
        var trainer = Trainer(bench, training, clip: 1, noise: 1);
        var trained = trainer.Train(start, new float[start.Length], default);
        Assert.Equal(8, trained.Steps);
        Assert.InRange(trained.Sums.Examples, 80 - 40, 80 + 40);
        Assert.NotEqual(trained.Sums.LossSum, trainer.Train(start, new float[start.Length], default).Sums.LossSum);
    }

    [Fact]
    public void What_has_no_noise_is_not_to_be_had()
    {
        using var bench = Bench(WholeBatch);
        var trainer = Trainer(bench, WholeBatch, clip: 1, noise: 1);
        Assert.Throws<UnreachableException>(() => trainer.Measure(bench.Start()));
        Assert.Throws<UnreachableException>(() => trainer.Gradient(bench.Start(), new float[bench.Plan.Schema.Count]));
        Assert.Throws<UnreachableException>(() => trainer.ForEachBatch(_ => { }));
    }

    [Fact]
    public void A_run_with_example_level_privacy_trains_with_noise()
    {
        var job = new JobSpec
        {
            Model = new() { Layers = [new DenseLayer { Units = 3, Activation = Activation.Softmax }] },
            Training = WholeBatch,
            Privacy = new() { Differential = new() { Mechanism = PrivacyMechanism.Example, NoiseMultiplier = 1 } },
        };
        var data = new FederatedData(DataShape.ForClasses([6], 3), ArrayExamples.Noise(40, 6, 3), ArrayExamples.Noise(9, 6, 3), [new ClientData("a", [.. Enumerable.Range(0, 40)], [], [])]);
        using var engine = new RunEngine(job, data);
        float[] first = new float[21], second = new float[21];
        engine.Train("a", 1, engine.InitialParameters().Values, first, ClientState.Empty, default);
        engine.Train("a", 1, engine.InitialParameters().Values, second, ClientState.Empty, default);
        Assert.NotEqual(first, second);
        var normal = job with { Model = new() { Layers = [new DenseLayer { Units = 8 }, new BatchNormLayer(), new DenseLayer { Units = 3 }] } };
        Assert.Contains("running statistics", Assert.Throws<EngineException>(() => new RunEngine(normal, data)).Message, StringComparison.Ordinal);
    }

    private static TrainerBench Bench(TrainingSpec training) =>
        new(training, ArrayExamples.Noise(40, 12, 3), [12], 3, new DenseLayer { Units = 7, Activation = Activation.Tanh }, new DenseLayer { Units = 3 });

    private static PrivateTrainer Trainer(TrainerBench bench, TrainingSpec training, double clip, double noise) => Trainer(bench, training, ArrayExamples.Noise(40, 12, 3), clip, noise);

    private static PrivateTrainer Trainer(TrainerBench bench, TrainingSpec training, ExampleSet examples, double clip, double noise)
    {
        var plan = PrivacyPlan.Of(new JobSpec { Training = training, Privacy = new() { Differential = new() { Mechanism = PrivacyMechanism.Example, Clip = clip, NoiseMultiplier = noise } } })!;
        return new(bench.Workspace, plan, examples, [.. Enumerable.Range(0, examples.Count)], new TrainingScope(42, 1, "client-0", 10), new SeededSecureRandom(1), default);
    }
}
