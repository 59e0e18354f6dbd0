using System.Collections.Immutable;
using System.Globalization;

namespace Federated.Core.Models;

/// <summary>The models that a job may ask for by name, as layer lists. They flatten by themselves where they need to. With one output (regression)
/// the last layer has no softmax.</summary>
public static class NamedModels
{
    /// <summary>Multinomial logistic regression: one dense layer.</summary>
    public const string Logistic = "logistic";

    /// <summary>Two hidden layers of 200 with relu: the 2NN of McMahan et al. 2017, arXiv:1602.05629, section 3.</summary>
    public const string Mlp = "mlp";

    /// <summary>LeNet-5 of LeCun et al. 1998 ("Gradient-based learning applied to document recognition", section II.B): 5x5 convolutions of 6 and 16
    /// channels with tanh, each followed by 2x2 mean pooling, dense layers of 120 and 84 with tanh: 61,706 parameters on MNIST. As it is built today: the first
    /// convolution pads instead of the images, the pools have no coefficients, the second convolution sees all channels, and softmax replaces the radial basis
    /// functions.</summary>
    public const string LeNet = "lenet";

    /// <summary>The CNN of McMahan et al. 2017, section 3: 5x5 convolutions of 32 and 64 channels, each followed by 2x2 max pooling, a dense layer of
    /// 512 with relu. The paper does not name the padding; "same" is what gives its 1,663,370 parameters on MNIST.</summary>
    public const string McMahanCnn = "mcmahan-cnn";

    /// <summary>Three 3x3 convolutions of 32, 64 and 128 with relu, 2x2 max pooling after the first two, a dense layer of 128 with relu, dropout of one
    /// half: 241,546 parameters on MNIST.</summary>
    public const string KerasCnn = "keras-cnn";

    /// <summary>A residual network of 8 layers with weights, see <see cref="ResidualNetworks"/>: 78,042 parameters on 3x32x32 images of 10 classes.</summary>
    public const string ResNet8 = "resnet8";

    /// <summary>ResNet-18 with group normalisation, see <see cref="ResidualNetworks"/>: 11,173,962 parameters on 3x32x32 images of 10 classes.</summary>
    public const string ResNet18 = "resnet18-gn";

    /// <summary>The character model of McMahan et al. 2017, section 3: embedding of 8, two LSTM layers of 256, softmax over the symbols at every step. With the 67 symbols of
    /// shakespeare 816,475 parameters; the paper names 866,578 for a vocabulary that it does not name.</summary>
    public const string CharLstm = "char-lstm";

    /// <summary>A text's class: embedding of 64, a bidirectional GRU of 64, of which the last states count, dropout of one half.</summary>
    public const string TextGru = "text-gru";

    /// <summary>Neural matrix factorisation of He et al. 2017: <see cref="NeumfLayer"/> as it is.</summary>
    public const string Neumf = "neumf";

    /// <summary>A tower for users and one for items: <see cref="TwoTowerLayer"/> as it is.</summary>
    public const string TwoTower = "two-tower";

    /// <summary>A small detector in the manner of YOLO (Redmon and Farhadi 2017, arXiv:1612.08242): 3x3 convolutions that halve the image to the grid with 16, 32, 64 ...
    /// channels, at most 128, two more at the grid, the second dilated, all with group normalisation and relu, and a 1x1 convolution for the boxes.</summary>
    public const string TinyDetector = "tiny-detector";

    /// <summary>All names.</summary>
    public static ImmutableArray<string> Names { get; } = [Logistic, Mlp, LeNet, McMahanCnn, KerasCnn, ResNet8, ResNet18, CharLstm, TextGru, Neumf, TwoTower, TinyDetector, .. TransformerModels.Names];

    // The smallest side that leaves each layer something to work on: 4 -> 2 -> 1 by two poolings; 12 -> 6 -> 2 -> 1; 18 -> 16 -> 8 -> 6 -> 3 -> 1.
    private const int McMahanMinimum = 4, LeNetMinimum = 12, KerasMinimum = 18;

    /// <summary>The layers of a named model, or one sentence why it does not fit the input.</summary>
    internal static (ImmutableArray<LayerSpec> Layers, string? Error) Build(string name, DataShape data)
    {
        if (TextModels.Names.Contains(name)) return TextModels.Build(name, data);
        if (name is Neumf or TwoTower)
        {
            return data is { Input: [2], Vocabularies.Length: 2, Output: [1] } ? ([name == Neumf ? new NeumfLayer() : new TwoTowerLayer()], null)
                : ([], $"{name} needs pairs of a user and an item: take a data set of ratings");
        }
        if (name == TinyDetector)
            return data.Objective == Objective.Detection ? (Detector(data), null) : ([], $"{name} needs pictures with boxes: take a data set for detection");
        if (TransformerModels.Names.Contains(name)) return TransformerModels.Build(name, data);
        if (!data.Vocabularies.IsEmpty || data.Output.Length > 1) return ([], $"{name} needs numbers in, and one class or one number out");
        return Build(name, data.Input, data.Output[0]);
    }

    private static (ImmutableArray<LayerSpec> Layers, string? Error) Build(string name, ImmutableArray<int> input, int outputs) => name switch
    {
        Logistic => ([.. Flat(input), Last(outputs)], null),
        Mlp => ([.. Flat(input), Hidden(200), Hidden(200), Last(outputs)], null),
        LeNet => Image(name, input, LeNetMinimum,
            Convolution(6, 5, Padding.Same, Activation.Tanh), new AvgPool2dLayer(), Convolution(16, 5, Padding.Valid, Activation.Tanh), new AvgPool2dLayer(),
            new FlattenLayer(), Hidden(120, Activation.Tanh), Hidden(84, Activation.Tanh), Last(outputs)),
        McMahanCnn => Image(name, input, McMahanMinimum,
            Convolution(32, 5, Padding.Same), new MaxPool2dLayer(), Convolution(64, 5, Padding.Same), new MaxPool2dLayer(),
            new FlattenLayer(), Hidden(512), Last(outputs)),
        KerasCnn => Image(name, input, KerasMinimum,
            Convolution(32, 3), new MaxPool2dLayer(), Convolution(64, 3), new MaxPool2dLayer(), Convolution(128, 3),
            new FlattenLayer(), Hidden(128), new DropoutLayer { Rate = 0.5 }, Last(outputs)),
        ResNet8 => Image(name, input, 1, [.. ResidualNetworks.ResNet8(), Last(outputs)]),
        ResNet18 => Image(name, input, 1, [.. ResidualNetworks.ResNet18(input), Last(outputs)]),
        _ => ([], $"model '{name}' is not known: the named models are {string.Join(", ", Names)}"),
    };

    private static (ImmutableArray<LayerSpec>, string?) Image(string name, ImmutableArray<int> input, int minimum, params ImmutableArray<LayerSpec> layers)
    {
        if (input.Length != 3) return ([], $"{name} gets {Shapes.Text(input)} and needs images [C, H, W]: for tables use {Logistic} or {Mlp}");
        if (input[1] >= minimum && input[2] >= minimum) return (layers, null);
        var fitting = minimum > McMahanMinimum && Math.Min(input[1], input[2]) >= McMahanMinimum ? $"{McMahanCnn}, {Mlp} or {Logistic}" : $"{Mlp} or {Logistic}";
        return ([], string.Create(CultureInfo.InvariantCulture,
            $"{name} gets images of {input[1]}x{input[2]} and needs at least {minimum}x{minimum}: use {fitting}, or a layer list"));
    }

    private static ImmutableArray<LayerSpec> Detector(DataShape data)
    {
        var layers = ImmutableArray.CreateBuilder<LayerSpec>();
        var filters = 16;
        void Add(int stride, int dilation) => layers.AddRange(
            new Conv2dLayer { Filters = filters, Stride = stride, Dilation = dilation, Padding = Padding.Same, Bias = false, Initializer = Initializer.HeNormal },
            new GroupNormLayer(), new ActivationLayer { Activation = Activation.Relu });

        for (var side = data.Input[1]; side > data.Output[1]; side /= 2)
        {
            Add(stride: 2, dilation: 1);
            filters = Math.Min(128, 2 * filters);
        }
        Add(stride: 1, dilation: 1);
        Add(stride: 1, dilation: 2);
        layers.Add(new Conv2dLayer { Filters = data.Output[0], Kernel = 1 });
        return layers.ToImmutable();
    }

    private static ImmutableArray<LayerSpec> Flat(ImmutableArray<int> input) => input.Length > 1 ? [new FlattenLayer()] : [];

    private static Conv2dLayer Convolution(int filters, int kernel, Padding padding = Padding.Valid, Activation activation = Activation.Relu) =>
        new() { Filters = filters, Kernel = kernel, Padding = padding, Activation = activation };

    private static DenseLayer Hidden(int units, Activation activation = Activation.Relu) => new() { Units = units, Activation = activation };

    private static DenseLayer Last(int outputs) => new() { Units = outputs, Activation = outputs > 1 ? Activation.Softmax : Activation.None };
}
