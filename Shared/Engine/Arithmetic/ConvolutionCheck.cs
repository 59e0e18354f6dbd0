using static TorchSharp.torch;

namespace Federated.Engine.Arithmetic;

/// <summary>Whether libtorch's convolutions are right on this processor. oneDNN, which libtorch 2.10 reckons them with, has kernels for some of AMD's processors that give wrong gradients where a convolution has few output channels: a model
/// then learns badly, and nothing says why.</summary>
internal static class ConvolutionCheck
{
    // 70 to 97 % were seen where it is wrong, and rounding is some 1e-6.
    private const double Tolerance = 1e-3;

    // Channels that were wrong, and with 16 one kernel of those that were right.
    private static readonly int[] OutputChannels = [1, 4, 6, 16];

    /// <summary>What is wrong, as a sentence; null where nothing is. By the side of float64, for which oneDNN has no kernels. Takes milliseconds, draws no random numbers.</summary>
    public static string? Fault()
    {
        foreach (var channels in OutputChannels)
        {
            var error = Error(channels);
            // A NaN is an error too.
            if (!(error < Tolerance)) return $"the gradient of a convolution with {channels} output {(channels == 1 ? "channel" : "channels")} is off by {error:P0}";
        }
        return null;
    }

    private static double Error(int channels)
    {
        using var scope = NewDisposeScope();
        var (input, weight) = (arange(64).sin().reshape(2, 2, 4, 4), arange(channels * 18).cos().reshape(channels, 2, 3, 3));
        var (single, exact) = (Gradient(ScalarType.Float32), Gradient(ScalarType.Float64));
        return ((single.to(ScalarType.Float64) - exact).norm() / exact.norm()).item<double>();

        Tensor Gradient(ScalarType type)
        {
            var x = input.to(type).detach().requires_grad_();
            nn.functional.conv2d(x, weight.to(type), padding: [1, 1]).sin().sum().backward();
            return x.grad!;
        }
    }
}
