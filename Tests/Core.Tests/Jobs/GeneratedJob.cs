using System.Collections.Immutable;
using Federated.Core.Aggregation;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Tests.Jobs;

/// <summary>Good jobs by the number, of every kind that a job can be.</summary>
internal static class GeneratedJob
{
    private const int DeepestList = 5;

    public static JobSpec Create(int number)
    {
        var random = new Random(number);
        var (local, gradient, table) = (random.Next(5) == 0, random.Next(4) == 0, random.Next(2) == 0);
        var data = table ? Table(random, local) : new DataSpec { Name = Any(random, "digits", "mnist", "fashion-mnist") };
        data = data with { Placement = local ? Placement.Local : Placement.Shared, Validation = random.NextDouble() * 0.99 };
        if (!local && data.Partition.Kind != PartitionKind.Natural) data = data with { Clients = random.Next(1, 200), Partition = Partition(random) };
        var algorithm = Algorithm(random, gradient);
        var overlaps = !algorithm.AdaptiveMu && random.Next(3) == 0;
        var federation = new FederationSpec
        {
            Rounds = random.Next(1, 1_000_001),
            Mode = overlaps ? FederationMode.SemiSynchronous : FederationMode.Synchronous,
            Asynchronous = overlaps ? new() { Staleness = StalenessFunction.Hinge, Slope = 100 * random.NextDouble(), Grace = random.Next(1001), MaxStaleness = random.Next(1001) } : new(),
            Cohort = new()
            {
                Fraction = 1 - random.NextDouble(),
                Minimum = local || data.Partition.Kind == PartitionKind.Natural ? random.Next(1, 100_001) : random.Next(1, data.Clients + 1),
                OverSelect = 1 + (9 * random.NextDouble()),
                Selection = Selection(random, gradient, local),
                Deadline = TimeSpan.FromMilliseconds(random.Next(1, 604_800_001)),
            },
            Algorithm = algorithm,
            Retries = random.Next(0, 1001),
        };
        if (!overlaps) federation = federation with { Aggregation = Aggregation(random, federation.Cohort.Minimum) };
        return new JobSpec
        {
            Name = Any(random, "a", "0", "null", "1.5", "A-b_c.9", "true", new string('z', 64)),
            Seed = (ulong)random.NextInt64() * 3,
            Model = table ? new() { Layers = Layers(random, gradient) } : new() { Name = Any(random, "logistic", "mlp", "mcmahan-cnn") },
            Data = data,
            Federation = federation,
            Training = Training(random, gradient, data.Validation > 0),
            Evaluation = new() { Every = random.Next(1, 100) },
            Stop = new() { Accuracy = random.Next(2) == 0 ? null : 1 - random.NextDouble() },
        };
    }

    private static DataSpec Table(Random random, bool local)
    {
        var table = new DataSpec
        {
            Name = "csv",
            Path = Any(random, "a.csv", "/data/b c.csv", "C:\\data\\x.csv", "null", "\u00e4\u2028\ud83d\ude00\"'#: [", " ", "3", "*x", "!y", "~", "1e3"),
            Label = Any(random, null, "label", "no", "- x", "&anchor"),
            Test = random.NextDouble() * 0.99,
            Table = random.Next(2) == 0 ? new() : new()
            {
                Separator = Any(random, Separator.Comma, Separator.Tab, Separator.Semicolon),
                Categorical = ["a b", "1"],
                Categories = new([("a b", ["x", "", "true", "\u00e4: [", "3.0"]), ("1", ["no"])]),
                Ignore = random.Next(2) == 0 ? [] : ["id"],
                Missing = random.Next(2) == 0 ? [] : ["NA", "-"],
            },
        };
        if (random.Next(2) == 0) return table;
        return table with { ClientColumn = "ward", Partition = new() { Kind = local ? PartitionKind.Iid : PartitionKind.Natural } };
    }

    private static PartitionSpec Partition(Random random) => random.Next(4) switch
    {
        0 => new() { Kind = PartitionKind.Iid },
        1 => new() { Kind = PartitionKind.Shards, ShardsPerClient = random.Next(1, 8) },
        2 => new() { Kind = PartitionKind.Dirichlet, Alpha = Math.Min(1e6, Positive(random)), MinimumExamples = random.Next(1, 8) },
        _ => new() { Kind = PartitionKind.Quantity, Alpha = Math.Min(1e6, Positive(random)), MinimumExamples = random.Next(1, 8) },
    };

    private static SelectionSpec Selection(Random random, bool plain, bool local) => random.Next(5) switch
    {
        0 => new() { Kind = plain ? SelectionKind.Weighted : SelectionKind.RoundRobin },
        1 => new() { Kind = SelectionKind.PowerOfChoice, Candidates = 1 + 10 * random.NextDouble() },
        2 => new() { Kind = SelectionKind.Oort, Exploration = random.NextDouble(), Slowness = random.NextDouble() },
        3 when local => new() { Kind = SelectionKind.Stratified, Label = Any(random, "region", "no") },
        _ => new(),
    };

    private static AlgorithmSpec Algorithm(Random random, bool gradient)
    {
        var spec = new AlgorithmSpec { Name = gradient ? "fedsgd" : Any(random, "fedavg", "fedprox", "fedsam"), ServerLearningRate = Positive(random) };
        return spec.Name == "fedprox" ? spec with { Mu = random.NextDouble(), AdaptiveMu = random.Next(2) == 0 } : spec;
    }

    private static AggregationSpec Aggregation(Random random, int minimum)
    {
        AggregationSpec[] any =
        [
            new(),
            new() { Rule = AggregationRule.NormBound, Bound = Math.Min(1e9, Positive(random)) },
            new() { Rule = AggregationRule.CenteredClipping, Radius = Math.Min(1e9, Positive(random)), ClippingSteps = random.Next(1, 1001), Attackers = random.Next(1, 4), Bucketing = random.Next(1, 4) },
            new() { Rule = AggregationRule.GeometricMedian, MedianSteps = random.Next(1, 10_001), Smoothing = random.NextDouble() + 1e-9 },
            new() { Rule = AggregationRule.MultiKrum, Attackers = random.Next(1, 9), Select = random.Next(2) == 0 ? null : random.Next(1, 20) },
        ];
        var chosen = any[random.Next(any.Length)];
        return new AggregationFit(chosen).Least <= minimum ? chosen : any[0];
    }

    private static TrainingSpec Training(Random random, bool gradient, bool validated)
    {
        var weighted = random.Next(3);
        var training = new TrainingSpec { Loss = Any<Loss?>(random, Loss.Mse, Loss.CrossEntropy, null), L1 = Positive(random), L2 = Positive(random), Precision = Any(random, TrainingPrecision.Float32, TrainingPrecision.Bfloat16) };
        if (training.Loss != Loss.Mse)
            training = training with
            {
                LabelSmoothing = random.NextDouble(),
                ClassWeights = weighted == 1 ? [.. Enumerable.Range(0, 10).Select(_ => Positive(random))] : null,
                BalanceClasses = weighted == 2,
            };
        if (gradient) return training;
        return training with
        {
            BatchSize = random.Next(1, 1_000_001),
            Epochs = random.Next(1, 10_001),
            ClipNorm = random.Next(2) == 0 ? null : Positive(random),
            ClipValue = random.Next(2) == 0 ? null : Positive(random),
            Patience = validated && random.Next(2) == 0 ? random.Next(1, 10_001) : null,
            Augmentation = random.Next(2) == 0 ? new() : new() { Noise = Positive(random), Mixup = Math.Min(1000, Positive(random)) },
            Optimizer = random.Next(2) == 0
                ? new() { LearningRate = Positive(random), Momentum = 0.001 + (random.NextDouble() * 0.99), Nesterov = random.Next(2) == 0, WeightDecay = Positive(random) }
                : new()
                {
                    Name = Any(random, OptimizerName.Adam, OptimizerName.AdamW),
                    LearningRate = 1 + Positive(random),
                    Schedule = random.Next(2) == 0
                        ? new() { Kind = ScheduleKind.Cosine, Over = ScheduleUnit.Steps, WarmUp = random.Next(1_000_000), Minimum = random.NextDouble() }
                        : new() { Kind = ScheduleKind.Step, Every = random.Next(1, 1_000_001), Factor = 1 - random.NextDouble() },
                    Beta1 = random.NextDouble(),
                    Beta2 = random.NextDouble(),
                    Epsilon = Math.Min(1, Positive(random)),
                },
        };
    }

    // For tables, whose shapes are not known, so that any order will do.
    private static ImmutableArray<LayerSpec> Layers(Random random, bool gradient) =>
    [
        .. Enumerable.Range(0, random.Next(0, 12)).Select(_ => Layer(random, gradient, depth: 0)),
        new DenseLayer { Units = random.Next(2, 20), Activation = Any(random, Activation.None, Activation.Softmax) },
    ];

    private static LayerSpec Layer(Random random, bool gradient, int depth) => random.Next(12) switch
    {
        0 => new DenseLayer { Units = random.Next(1, 1000), Activation = Any(random, Activation.None, Activation.Tanh), Bias = random.Next(2) == 0 },
        1 => new Conv2dLayer { Filters = random.Next(1, 99), Kernel = random.Next(1, 9), Stride = random.Next(1, 4), Padding = Any(random, Padding.Same, Padding.Valid), Activation = Activation.LeakyRelu },
        2 => new MaxPool2dLayer { Size = random.Next(1, 5), Stride = random.Next(2) == 0 ? null : random.Next(1, 5) },
        3 => new AvgPool2dLayer { Size = random.Next(1, 5), Stride = random.Next(2) == 0 ? null : random.Next(1, 5) },
        4 => new FlattenLayer(),
        5 => new DropoutLayer { Rate = random.NextDouble() },
        6 => new GroupNormLayer { Groups = random.Next(1, 9), Epsilon = Math.Min(1, Positive(random)) },
        7 => new ActivationLayer { Activation = Any(random, Activation.Relu, Activation.Sigmoid, Activation.Tanh, Activation.Gelu, Activation.LeakyRelu) },
        8 => new Conv1dLayer { Filters = random.Next(1, 99), Kernel = random.Next(1, 9), Dilation = random.Next(1, 4), Padding = Any(random, SequencePadding.Causal, SequencePadding.Valid), Bias = random.Next(2) == 0 },
        9 when !gradient => new BatchNormLayer { Epsilon = Math.Min(1, Positive(random)), Momentum = 1 - random.NextDouble() },
        10 or 11 when depth < DeepestList => new ResidualLayer
        {
            Layers = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Layer(random, gradient, depth + 1))],
            Shortcut = Any(random, Shortcut.Auto, Shortcut.Identity, Shortcut.Projection),
            ShortcutGroups = random.Next(2) == 0 ? null : random.Next(1, 9),
            Activation = Any(random, Activation.None, Activation.Relu),
        },
        _ => new GlobalAvgPool1dLayer(),
    };

    // Over many orders of magnitude, below the largest value that any key allows.
    private static double Positive(Random random) => Math.Pow(10, (random.NextDouble() * 18) - 12.01);

    private static T Any<T>(Random random, params T[] values) => values[random.Next(values.Length)];
}
