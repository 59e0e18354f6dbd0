using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Layers;

/// <summary>Products of matrices, and convolutions, in the precision of a pass. In bfloat16 factors and results are rounded to its 8 significant bits, while libtorch's
/// kernels add in float32; what is not a product stays float32: normalisation, softmax, loss. The rounding of a parameter is part of the graph, so that its gradient comes
/// back in float32, to a parameter that is the master copy of Micikevicius et al., "Mixed Precision Training", ICLR 2018, section 3.1, arXiv:1710.03740. The loss is not
/// scaled as there in section 3.2: bfloat16 has the range of float32 (Kalamkar et al. 2019, arXiv:1905.12322). TorchSharp has no autocast.</summary>
internal static class Products
{
    /// <summary>x Wᵀ + b.</summary>
    /// <param name="input">x, float32 [..., in].</param>
    /// <param name="weight">W, float32 [out, in].</param>
    /// <param name="bias">b, float32 [out], or none.</param>
    /// <param name="pass">Says the precision.</param>
    /// <returns>float32 [..., out].</returns>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias, ForwardPass pass) =>
        Of(input, weight, bias, pass, static (x, w, b) => F.linear(x, w, b));

    /// <summary>Any product of an input and a weight, plus a bias.</summary>
    /// <param name="input">float32.</param>
    /// <param name="weight">float32.</param>
    /// <param name="bias">float32, or none.</param>
    /// <param name="pass">Says the precision.</param>
    /// <param name="product">Computes it from all three in one type of number.</param>
    /// <returns>float32.</returns>
    public static Tensor Of(Tensor input, Tensor weight, Tensor? bias, ForwardPass pass, Func<Tensor, Tensor, Tensor?, Tensor> product)
    {
        if (!pass.InBfloat16) return product(input, weight, bias);
        using var scope = NewDisposeScope();
        return product(Rounded(input), Rounded(weight), bias is null ? null : Rounded(bias)).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private static Tensor Rounded(Tensor values) => values.to_type(ScalarType.BFloat16);
}
