using static TorchSharp.torch;

namespace Federated.Engine.Tests;

/// <summary>Whether libtorch reckons rightly on this processor: its oneDNN has kernels for some of AMD's which give wrong gradients of small convolutions (with ONEDNN_MAX_CPU_ISA=SSE41 in the environment they are right).</summary>
internal static class LibtorchArithmetic
{
    /// <summary>What is wrong, as a sentence; null where nothing is.</summary>
    public static string? Fault { get; } = Check();

    // By the side of float64, for which oneDNN has no kernels.
    private static string? Check()
    {
        LibtorchSetup.Ensure();
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (input, weight) = (randn(2, 1, 4, 4), randn(4, 1, 3, 3));
        var (single, exact) = (Gradient(ScalarType.Float32), Gradient(ScalarType.Float64));
        var error = ((single.to(ScalarType.Float64) - exact).norm() / exact.norm()).item<double>();
        return error < 1e-3 ? null : $"libtorch's convolutions are wrong on this processor: the gradient of a small one by its input is off by {error:P0}.";

        Tensor Gradient(ScalarType type)
        {
            var x = input.to(type).detach().requires_grad_();
            nn.functional.conv2d(x, weight.to(type), padding: [1, 1]).sin().sum().backward();
            return x.grad!;
        }
    }
}
