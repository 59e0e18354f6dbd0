using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Layers;

/// <summary>Layer lists at random, of images and of sequences: what the planner accepts runs, and every layer gives the planned shape.</summary>
public sealed class ShapePropertyTests
{
    private const int Lists = 150;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Planned_shapes_are_those_of_the_forward_pass(bool images)
    {
        LibtorchSetup.Ensure();
        var (planned, nested) = (0, 0);
        for (var number = 0; number < Lists; number++)
        {
            var random = new Random(number);
            ImmutableArray<int> input = images ? [random.Next(1, 5), random.Next(1, 14), random.Next(1, 14)] : [random.Next(1, 20), random.Next(1, 7)];
            ImmutableArray<LayerSpec> layers = [.. Enumerable.Range(0, random.Next(1, 7)).Select(_ => images ? Image(random, 0) : Sequence(random, 0)), new FlattenLayer(), new DenseLayer { Units = 3 }];
            if (ModelPlanner.Plan(new ModelSpec { Layers = layers }, DataShape.ForClasses(input, 3)).Plan is not { } plan) continue;
            (planned, nested) = (planned + 1, nested + (plan.Layers.Any(layer => layer.Inner.Length > 0) ? 1 : 0));
            AssertShapes(plan, number);
        }
        // Enough of them fit for the property to say something.
        Assert.InRange(planned, Lists / 4, Lists);
        Assert.InRange(nested, 10, Lists);
    }

    private static void AssertShapes(ModelPlan plan, int number)
    {
        for (var count = 1; count <= plan.Layers.Length; count++)
        {
            using var scope = NewDisposeScope();
            using var replica = new ModelReplica(plan with { Layers = plan.Layers[..count] }, keepSoftmax: true);
            replica.Parameters.Load(InitialParameters.Draw(plan, 1).Values.Span);
            var batch = rand([2, .. plan.Data.Input.Select(size => (long)size)]);
            ImmutableArray<long> expected = [2, .. plan.Layers[count - 1].Output.Shape.Select(size => (long)size)];
            Assert.True(expected.SequenceEqual(replica.Forward(batch, draws: null).shape), $"List {number}: {plan.Layers[count - 1]}");
            if (count < plan.Layers.Length) continue;
            var loss = replica.Forward(batch, new RandomStream(1)).sum();
            loss.backward();   // also through what was computed in place
        }
    }

    private static LayerSpec Image(Random random, int depth) => random.Next(depth < 2 ? 11 : 8) switch
    {
        0 or 1 or 2 => new Conv2dLayer
        {
            Filters = random.Next(1, 7),
            Kernel = random.Next(1, 5),
            Stride = random.Next(1, 4),
            Dilation = random.Next(1, 3),
            Groups = random.Next(4) == 0 ? 2 : 1,
            Padding = random.Next(2) == 0 ? Padding.Same : Padding.Valid,
            Bias = random.Next(2) == 0,
            Activation = Any(random),
        },
        3 => new MaxPool2dLayer { Size = random.Next(1, 4), Stride = random.Next(2) == 0 ? null : random.Next(1, 4) },
        4 => new AvgPool2dLayer { Size = random.Next(1, 4), Stride = random.Next(2) == 0 ? null : random.Next(1, 4) },
        5 => new GroupNormLayer { Groups = 1 },
        6 => new ActivationLayer { Activation = Any(random) },
        7 => new DropoutLayer(),
        _ => Block(random, depth, Image),
    };

    private static LayerSpec Sequence(Random random, int depth) => random.Next(depth < 2 ? 12 : 9) switch
    {
        0 or 1 or 2 => new Conv1dLayer
        {
            Filters = random.Next(1, 7),
            Kernel = random.Next(1, 5),
            Stride = random.Next(1, 4),
            Dilation = random.Next(1, 3),
            Groups = random.Next(4) == 0 ? 2 : 1,
            Padding = (SequencePadding)random.Next(3),
            Bias = random.Next(2) == 0,
            Activation = Any(random),
        },
        3 => new MaxPool1dLayer { Size = random.Next(1, 4), Stride = random.Next(2) == 0 ? null : random.Next(1, 4) },
        4 => new AvgPool1dLayer { Size = random.Next(1, 4), Stride = random.Next(2) == 0 ? null : random.Next(1, 4) },
        5 => new DenseLayer { Units = random.Next(1, 7), Bias = random.Next(2) == 0, Activation = Any(random) },
        6 => new LayerNormLayer(),
        7 => new GroupNormLayer { Groups = 1 },
        8 => new ActivationLayer { Activation = Any(random) },
        _ => Block(random, depth, Sequence),
    };

    private static ResidualLayer Block(Random random, int depth, Func<Random, int, LayerSpec> layer) => new()
    {
        Layers = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => layer(random, depth + 1))],
        Shortcut = (Shortcut)random.Next(3),
        Activation = Any(random),
    };

    private static Activation Any(Random random) => (Activation)random.Next((int)Activation.Softmax);
}
