using Federated.Core.Parameters;

namespace Federated.Engine.Tests.Privacy;

/// <summary>Reads an example out of an update: what the first dense layer sees of one example, x, is in its gradient, since ∂l/∂W = (∂l/∂b) xᵀ (Phong et al., "Privacy-Preserving Deep Learning via Additively
/// Homomorphic Encryption", IEEE TIFS 2018, section 3, arXiv link of the preprint: eprint 2017/715). Of all rows of W the least-squares x is taken, which bears noise better than any one of them.</summary>
internal static class GradientInversion
{
    /// <summary>x = Σ_i (∂l/∂b_i) (∂l/∂W_i) / Σ_i (∂l/∂b_i)².</summary>
    /// <param name="schema">Of the update; its first two tensors are weight, shape [units, inputs], and bias, shape [units], of a dense layer.</param>
    /// <param name="update">Some multiple of the gradient.</param>
    public static double[] Invert(ParameterSchema schema, ReadOnlySpan<float> update)
    {
        var (units, inputs) = (schema.Tensors[0].Shape[0], schema.Tensors[0].Shape[1]);
        var weight = update[..(units * inputs)];
        var bias = update.Slice(units * inputs, units);
        var (x, square) = (new double[inputs], 0.0);
        for (var i = 0; i < units; i++)
        {
            square += (double)bias[i] * bias[i];
            for (var j = 0; j < inputs; j++) x[j] += (double)bias[i] * weight[i * inputs + j];
        }
        for (var j = 0; j < inputs; j++) x[j] /= square;
        return x;
    }

    /// <summary>Pearson's correlation: how much of the picture is seen.</summary>
    public static double Correlation(ReadOnlySpan<double> some, ReadOnlySpan<float> others)
    {
        var (n, first, second) = (some.Length, 0.0, 0.0);
        for (var i = 0; i < n; i++) (first, second) = (first + some[i] / n, second + others[i] / (double)n);
        var (product, squares, otherSquares) = (0.0, 0.0, 0.0);
        for (var i = 0; i < n; i++)
        {
            var (a, b) = (some[i] - first, others[i] - second);
            (product, squares, otherSquares) = (product + a * b, squares + a * a, otherSquares + b * b);
        }
        return product / Math.Sqrt(squares * otherSquares);
    }
}
