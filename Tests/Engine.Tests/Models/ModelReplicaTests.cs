using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Randomness;
using Federated.Engine.Models;
using static TorchSharp.torch;

namespace Federated.Engine.Tests.Models;

public sealed class ModelReplicaTests
{
    public static TheoryData<string, int> Named => new() { { "logistic", 8 }, { "mlp", 8 }, { "lenet", 13 }, { "mcmahan-cnn", 9 }, { "keras-cnn", 19 } };

    [Theory]
    [MemberData(nameof(Named))]
    public void Shape_after_every_layer_of_a_named_model_is_the_planned_one(string name, int side) => AssertShapes(Plan(new ModelSpec { Name = name }, side));

    [Fact]
    public void Shape_after_every_kind_of_layer_is_the_planned_one() => AssertShapes(Plan(new ModelSpec
    {
        Layers =
        [
            new Conv2dLayer { Filters = 6, Kernel = 4, Padding = Padding.Same }, new BatchNormLayer(), new ActivationLayer { Activation = Activation.LeakyRelu },
            new Conv2dLayer { Filters = 4, Kernel = 3, Stride = 2, Padding = Padding.Same, Activation = Activation.Gelu }, new GroupNormLayer { Groups = 2 },
            new AvgPool2dLayer { Size = 3, Stride = 2 }, new Conv2dLayer { Filters = 5, Kernel = 2, Stride = 2, Bias = false, Activation = Activation.Sigmoid },
            new ActivationLayer { Activation = Activation.Relu }, new MaxPool2dLayer { Size = 2, Stride = 1 },
            new Conv2dLayer { Filters = 10, Kernel = 2, Dilation = 2, Groups = 5, Padding = Padding.Same },
            new FlattenLayer(), new DropoutLayer(), new LayerNormLayer(), new DenseLayer { Units = 7, Activation = Activation.Tanh }, new BatchNormLayer(),
            new DenseLayer { Units = 10 }, new ActivationLayer { Activation = Activation.Softmax },
        ],
    }, 17));

    [Fact]
    public void Tensors_have_the_shapes_of_libtorchs_own_modules()
    {
        var plan = Plan(new ModelSpec { Layers = [new Conv2dLayer { Filters = 6, Kernel = 5 }, new BatchNormLayer(), new FlattenLayer(), new DenseLayer { Units = 10 }] }, 8);
        using var scope = NewDisposeScope();
        var (convolution, norm, dense) = (nn.Conv2d(2, 6, 5), nn.BatchNorm2d(6), nn.Linear(96, 10));
        Tensor[] theirs = [convolution.weight!, convolution.bias!, norm.weight!, norm.bias!, norm.running_mean!, norm.running_var!, dense.weight!, dense.bias!];
        using var replica = new ModelReplica(plan, keepSoftmax: false);
        Assert.Equal(theirs.Select(tensor => string.Join('x', tensor.shape)), replica.Parameters.Tensors.Select(tensor => string.Join('x', tensor.shape)));
        Assert.Equal(theirs.Select(tensor => string.Join('x', tensor.shape)), plan.Schema.Tensors.Select(spec => string.Join('x', spec.Shape)));
        Assert.Equal(theirs.Select(tensor => tensor.requires_grad), plan.Schema.Tensors.Select(spec => spec.Trainable));
    }

    private static ModelPlan Plan(ModelSpec model, int side) => ModelPlanner.Plan(model, DataShape.ForClasses([2, side, side], 10)).Plan!;

    private static void AssertShapes(ModelPlan plan)
    {
        for (var count = 1; count <= plan.Layers.Length; count++)
        {
            using var scope = NewDisposeScope();
            using var replica = new ModelReplica(plan with { Layers = plan.Layers[..count] }, keepSoftmax: true);
            replica.Parameters.Load(InitialParameters.Draw(plan, 1).Values.Span);
            ImmutableArray<long> input = [3, .. plan.Data.Input.Select(size => (long)size)];
            ImmutableArray<long> expected = [3, .. plan.Layers[count - 1].Output.Shape.Select(size => (long)size)];
            Assert.Equal(expected, replica.Forward(rand([.. input]), draws: null).shape);
            var training = replica.Forward(rand([.. input]), new RandomStream(1));
            Assert.Equal(expected, training.shape);
            if (training.requires_grad) training.sum().backward();   // also goes backward through what was computed in place
        }
    }
}
