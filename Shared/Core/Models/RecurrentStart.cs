using Federated.Core.Parameters;
using Federated.Core.Randomness;

namespace Federated.Core.Models;

/// <summary>A recurrent layer's first weights, as Keras draws them: the input's Glorot uniform, the state's orthogonal (Saxe et al., "Exact solutions to the nonlinear dynamics of
/// learning in deep linear neural networks", ICLR 2014), so that a state neither dies out nor grows over many steps. Biases are 0, but an LSTM's forget gates start at 1 (Jozefowicz et
/// al., "An empirical exploration of recurrent network architectures", ICML 2015, section 2.2): it stands in the input's bias, for the two biases only ever count as their sum.</summary>
internal static class RecurrentStart
{
    /// <summary>Whether a tensor is the state's weight, which is drawn here.</summary>
    public static bool IsState(string kind) => kind.StartsWith("weight_hh", StringComparison.Ordinal);

    /// <summary>Whether a tensor is the input's weight.</summary>
    public static bool IsInput(string kind) => kind.StartsWith("weight_ih", StringComparison.Ordinal);

    /// <summary>Whether a tensor is the input's bias.</summary>
    public static bool IsInputBias(string kind) => kind.StartsWith("bias_ih", StringComparison.Ordinal);

    /// <summary>Fills an input's bias.</summary>
    /// <param name="values">Shape [gates * units].</param>
    /// <param name="layer">The layer.</param>
    public static void FillBias(Span<float> values, RecurrentLayer layer)
    {
        values.Clear();
        if (layer is LstmLayer) values.Slice(layer.Units, layer.Units).Fill(1);   // the second of the four gates
    }

    /// <summary>Draws a matrix whose columns are orthonormal: the Q of a Gaussian matrix with a positive diagonal of R, which makes it uniformly distributed.</summary>
    /// <param name="values">Row-major, shape [rows, columns], rows at least columns.</param>
    /// <param name="tensor">Its shape.</param>
    /// <param name="draws">Where from.</param>
    public static void Orthogonal(Span<float> values, TensorSpec tensor, RandomStream draws)
    {
        var (rows, columns) = (tensor.Shape[0], tensor.Shape[1]);
        var basis = new double[columns][];
        for (var c = 0; c < columns; c++)
        {
            var column = basis[c] = new double[rows];
            for (var r = 0; r < rows; r++) column[r] = draws.NextGaussian();
            // Gram and Schmidt, modified. Plain loops: vectors of the machine's own width would add in another order on another machine.
            for (var before = 0; before < c; before++) AddScaled(column, basis[before], -Dot(column, basis[before]));
            var norm = Math.Sqrt(Dot(column, column));
            for (var r = 0; r < rows; r++) column[r] /= norm;
        }
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) values[r * columns + c] = (float)basis[c][r];
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static void AddScaled(double[] target, double[] other, double factor)
    {
        for (var i = 0; i < target.Length; i++) target[i] += factor * other[i];
    }
}
