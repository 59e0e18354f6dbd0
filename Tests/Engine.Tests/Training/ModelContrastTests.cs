using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Training;

public sealed class ModelContrastTests
{
    private static readonly double[][] Inputs = [[1, 2], [-1, 0.5], [0.5, -1.5]];
    private static readonly double[] Targets = [1, -0.5, 2];

    // W₁ [2, 2] and w₂ [1, 2]: z = W₁ x, and the model gives w₂ z. Three steps down the slope of the written-out objective, by differences in double precision.
    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(5, 0.1)]
    [InlineData(0.3, 2)]
    public void Each_step_is_down_the_slope_of_the_objective_of_the_paper(double mu, double temperature)
    {
        using var bench = Linear(epochs: 3);
        float[] start = [0.5f, -0.2f, 0.3f, 0.8f, 0.6f, -0.4f], global = [0.4f, 0.1f, -0.3f, 0.9f, 0, 0], previous = [-0.7f, 0.6f, 0.2f, 0.5f, 3, 3], result = new float[6];
        var training = bench.Trainer().Train(start, result, new GradientTerm { Contrast = new(mu, temperature, global, previous) });

        double[] expected = [.. start.Select(value => (double)value)];
        var plain = 0.0;
        for (var step = 0; step < 3; step++)
        {
            plain += 3 * Squares(expected);
            double[] slope = [.. Enumerable.Range(0, 6).Select(place => (Objective(Moved(expected, place, 1e-5)) - Objective(Moved(expected, place, -1e-5))) / 2e-5)];
            expected = [.. expected.Zip(slope, (value, gradient) => value - 0.1 * gradient)];
        }
        Assert.All(expected.Zip(result), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Equal(plain, training.Sums.LossSum, 1e-4);   // the loss that is reported has no contrast
        Assert.NotEqual(bench.Train(start).Parameters, result);

        double Objective(double[] w) => Squares(w) + mu * Inputs.Average(x => Contrast(Hidden(w, x), Hidden(global, x), Hidden(previous, x), temperature));
    }

    [Fact]
    public void Weight_0_and_two_equal_models_change_no_bit()
    {
        using var bench = Network(new() { Epochs = 4, BatchSize = 4, Optimizer = new() { LearningRate = 0.1, Momentum = 0.9 }, Augmentation = new() { Noise = 0.1 } });
        var (start, away, nothing, equal) = (bench.Start(), bench.Start(seed: 7), new float[bench.Plan.Schema.Count], new float[bench.Plan.Schema.Count]);
        var (parameters, sums) = bench.Train(start);
        Assert.Equal(sums, bench.Trainer().Train(start, nothing, new GradientTerm { Contrast = new(0, 0.5, start, away) }).Sums);
        Assert.Equal(parameters, nothing);
        Assert.Equal(sums, bench.Trainer().Train(start, equal, new GradientTerm { Contrast = new(3, 0.5, away, away) }).Sums);
        Assert.Equal(parameters, equal);
    }

    // A learning rate of next to nothing leaves what the passes do by themselves. Losses tell of batches, dropout and noise, which are those of training without the contrast.
    [Fact]
    public void Models_that_rest_move_no_running_statistics_and_draw_nothing()
    {
        using var bench = Network(new() { Epochs = 2, BatchSize = 4, Optimizer = new() { LearningRate = 1e-30 }, Augmentation = new() { Noise = 0.1 } });
        var (start, away, contrasted) = (bench.Start(), bench.Start(seed: 7), new float[bench.Plan.Schema.Count]);
        var (plain, sums) = bench.Train(start);
        Assert.Equal(sums, bench.Trainer().Train(start, contrasted, new GradientTerm { Contrast = new(5, 0.5, start, away) }).Sums);
        Assert.All(plain.Zip(contrasted), pair => Assert.Equal(pair.First, pair.Second, 1e-20f));
        Assert.NotEqual(start, plain);
        Assert.Equal(start, Held(bench.Workspace.Resting.Global));
        Assert.Equal(away, Held(bench.Workspace.Resting.Previous));
    }

    // What the paper is about.
    [Fact]
    public void The_larger_the_weight_the_nearer_a_client_stays_to_the_model_of_all_and_the_farther_from_its_own_last_one()
    {
        using var bench = Network(new() { Epochs = 20, BatchSize = 4, Optimizer = new() { LearningRate = 0.05 } });
        var (start, previous) = (bench.Start(), bench.Train(bench.Start(), client: "client-7").Parameters);
        var contrasts = new[] { 0, 0.5, 5 }.Select(mu =>
        {
            var result = new float[start.Length];
            bench.Trainer().Train(start, result, new GradientTerm { Contrast = new(mu, 0.5, start, previous) });
            var (z, global, last) = (Represented(bench, result), Represented(bench, start), Represented(bench, previous));
            return z.Index().Average(row => Contrast(row.Item, global[row.Index], last[row.Index], 0.5));
        }).ToArray();
        Assert.Equal(contrasts.OrderDescending(), contrasts);
        Assert.InRange(contrasts[^1], 0, 0.95 * contrasts[0]);
    }

    // relu leaves nothing of these inputs: where z is 0 there is no direction, and nothing to contrast.
    [Fact]
    public void Representation_of_0_has_no_contrast()
    {
        using var bench = new TrainerBench(new() { Epochs = 2, BatchSize = 3, Loss = Loss.Mse }, new ArrayExamples([[1f], [2f], [3f]], targets: [1f, 1f, 1f]), [1], 0,
            new DenseLayer { Units = 2, Bias = false, Activation = Activation.Relu }, new DenseLayer { Units = 1 });
        float[] start = [-1, -2, 0.5f, 0.5f, 0.25f], live = [1, 2, 0, 0, 0], other = [2, 1, 0, 0, 0], result = new float[5];
        bench.Trainer().Train(start, result, new GradientTerm { Contrast = new(5, 0.5, live, other) });
        Assert.Equal(bench.Train(start).Parameters, result);
        bench.Trainer().Train(live, result, new GradientTerm { Contrast = new(5, 0.5, start, start) });
        Assert.Equal(bench.Train(live).Parameters, result);
    }

    // In bfloat16 the models that rest are in float32, as in evaluation.
    [Theory]
    [InlineData(TrainingPrecision.Float32)]
    [InlineData(TrainingPrecision.Bfloat16)]
    public void Convolutions_and_residual_layers_have_a_representation_too(TrainingPrecision precision)
    {
        using var bench = new TrainerBench(new() { Epochs = 2, BatchSize = 8, Precision = precision }, ArrayExamples.Bands(24, 8, 4), [1, 8, 8], 4,
            new Conv2dLayer { Filters = 4, Activation = Activation.Relu }, new ResidualLayer { Layers = [new Conv2dLayer { Filters = 4, Kernel = 3, Padding = Padding.Same }], Activation = Activation.Relu },
            new MaxPool2dLayer(), new FlattenLayer(), new DenseLayer { Units = 4, Activation = Activation.Softmax });
        var (start, away, equal, other) = (bench.Start(), bench.Start(seed: 7), new float[bench.Plan.Schema.Count], new float[bench.Plan.Schema.Count]);
        bench.Trainer().Train(start, equal, new GradientTerm { Contrast = new(5, 0.5, away, away) });
        Assert.Equal(bench.Train(start).Parameters, equal);
        bench.Trainer().Train(start, other, new GradientTerm { Contrast = new(5, 0.5, start, away) });
        Assert.NotEqual(equal, other);
    }

    [Fact]
    public void Scores_beside_the_representation_are_those_without()
    {
        using var bench = Network(new() { BatchSize = 4 });
        using var disposal = NewDisposeScope();
        using var quiet = no_grad();
        var replica = bench.Workspace.Replica;
        replica.Parameters.Load(bench.Start());
        var input = tensor(new float[] { 1, -1, 0.5f, 2, 0, -3 }).reshape(2, 3);
        var (scores, representation) = replica.ForwardWithRepresentation(input, draws: null);
        Assert.Equal(replica.Forward(input, draws: null).data<float>().ToArray(), scores.data<float>().ToArray());
        Assert.Equal([2, 5], representation.shape);
        Assert.Equal(replica.Represent(input).data<float>().ToArray(), representation.data<float>().ToArray());
    }

    [Fact]
    public void Vectors_of_another_length_and_models_of_one_layer_are_refused()
    {
        using var bench = Linear(epochs: 1);
        Assert.Throws<ArgumentException>(() => { bench.Trainer().Train(new float[6], new float[6], new GradientTerm { Contrast = new(1, 0.5, new float[5], new float[6]) }); });
        Assert.Throws<ArgumentException>(() => { bench.Trainer().Train(new float[6], new float[6], new GradientTerm { Contrast = new(1, 0.5, new float[6], new float[7]) }); });
        using var single = TrainerBench.Square(new());
        Assert.Throws<InvalidOperationException>(() => { single.Trainer().Train([1], new float[1], new GradientTerm { Contrast = new(1, 0.5, [1], [2]) }); });
    }

    private static TrainerBench Linear(int epochs) => new(new() { Epochs = epochs, BatchSize = 3, Loss = Loss.Mse, Optimizer = new() { LearningRate = 0.1 } },
        new ArrayExamples([.. Inputs.Select(x => x.Select(value => (float)value).ToArray())], targets: [.. Targets.Select(target => (float)target)]), [2], 0,
        new DenseLayer { Units = 2, Bias = false }, new DenseLayer { Units = 1, Bias = false });

    private static TrainerBench Network(TrainingSpec training) => new(training,
        new ArrayExamples([.. Enumerable.Range(0, 16).Select(i => new[] { i % 3 - 1f, i % 5 - 2f, i % 7 - 3f })], [.. Enumerable.Range(0, 16).Select(i => i % 2)]), [3], 2,
        new DenseLayer { Units = 5 }, new BatchNormLayer(), new DropoutLayer { Rate = 0.5 }, new DenseLayer { Units = 2 });

    private static double[] Moved(double[] w, int place, double by) => [.. w.Select((value, index) => index == place ? value + by : value)];

    private static double[] Hidden(double[] w, double[] x) => [w[0] * x[0] + w[1] * x[1], w[2] * x[0] + w[3] * x[1]];

    private static double[] Hidden(float[] w, double[] x) => Hidden([.. w.Select(value => (double)value)], x);

    private static double Squares(double[] w) => Inputs.Zip(Targets).Average(example => Math.Pow(Hidden(w, example.First) is var z ? w[4] * z[0] + w[5] * z[1] - example.Second : 0, 2));

    private static double Contrast(double[] z, double[] global, double[] previous, double temperature)
    {
        var (near, far) = (Math.Exp(Cosine(z, global) / temperature), Math.Exp(Cosine(z, previous) / temperature));
        return -Math.Log(near / (near + far));
    }

    private static double Cosine(double[] a, double[] b) => a.Zip(b).Sum(pair => pair.First * pair.Second) / Math.Sqrt(a.Sum(value => value * value) * b.Sum(value => value * value));

    private static float[] Held(Engine.Models.ModelReplica replica) => replica.Parameters.Values.ToArray();

    // Of all sixteen inputs.
    private static double[][] Represented(TrainerBench bench, float[] parameters)
    {
        using var disposal = NewDisposeScope();
        using var quiet = no_grad();
        bench.Workspace.Replica.Parameters.Load(parameters);
        var input = tensor(Enumerable.Range(0, 16).SelectMany(i => new[] { i % 3 - 1f, i % 5 - 2f, i % 7 - 3f }).ToArray()).reshape(16, 3);
        return [.. bench.Workspace.Replica.Represent(input).data<float>().ToArray().Chunk(5).Select(row => row.Select(value => (double)value).ToArray())];
    }
}
