using System.Collections.Immutable;

namespace Federated.Core.Models;

/// <summary>Residual networks (He et al. 2016, "Deep residual learning for image recognition", arXiv:1512.03385) up to their last dense layer, with group
/// normalisation of two groups in place of batch normalisation, as Hsieh et al. 2020 ("The non-IID data quagmire of decentralized machine learning") propose
/// and Reddi et al. 2021 (arXiv:2003.00295, appendix C) train them. Convolutions have no offset and weights of variance 2 / fan in (He et al. 2015). Where a
/// stage changes the shape, the shortcut is a normalised 1x1 convolution (the paper's option B).</summary>
internal static class ResidualNetworks
{
    private const int Groups = 2, LargestSmallSide = 64;

    /// <summary>The form of section 4.2 for CIFAR-10 with n = 1: a 3x3 convolution of 16 channels and one basic block each of 16, 32 and 64. The paper's smallest
    /// has n = 3, and shortcuts of zeros instead of projections.</summary>
    public static ImmutableArray<LayerSpec> ResNet8() =>
        [.. Normalised(16, kernel: 3, stride: 1), Relu, Block(16, 1), Block(32, 2), Block(64, 2), new GlobalAvgPool2dLayer()];

    /// <summary>Table 1, 18 layers. Images of at most 64 pixels a side go through a 3x3 convolution of stride 1 at first, without pooling, as is usual for CIFAR;
    /// larger ones through the paper's 7x7 of stride 2 and a 3x3 maximum of stride 2, which here does not pad.</summary>
    /// <param name="input">[C, H, W].</param>
    public static ImmutableArray<LayerSpec> ResNet18(ImmutableArray<int> input)
    {
        ImmutableArray<LayerSpec> first = Math.Max(input[1], input[2]) <= LargestSmallSide
            ? [.. Normalised(64, kernel: 3, stride: 1), Relu]
            : [.. Normalised(64, kernel: 7, stride: 2), Relu, new MaxPool2dLayer { Size = Math.Min(3, (Math.Min(input[1], input[2]) + 1) / 2), Stride = 2 }];
        return
        [
            .. first,
            Block(64, 1), Block(64, 1), Block(128, 2), Block(128, 1), Block(256, 2), Block(256, 1), Block(512, 2), Block(512, 1),
            new GlobalAvgPool2dLayer(),
        ];
    }

    private static ActivationLayer Relu => new() { Activation = Activation.Relu };

    private static ResidualLayer Block(int channels, int stride) => new()
    {
        Layers = [.. Normalised(channels, kernel: 3, stride), Relu, .. Normalised(channels, kernel: 3, stride: 1)],
        ShortcutGroups = Groups,
        Initializer = Initializer.HeNormal,
    };

    private static ImmutableArray<LayerSpec> Normalised(int channels, int kernel, int stride) =>
    [
        new Conv2dLayer
        {
            Filters = channels, Kernel = kernel, Stride = stride, Padding = Padding.Same, Bias = false, Initializer = Initializer.HeNormal,
        },
        new GroupNormLayer { Groups = Groups },
    ];
}
