namespace Federated.Core.Privacy.Accounting.LossDistributions;

/// <summary>Fast Fourier transform of a power of two of complex numbers (Cooley and Tukey, Mathematics of Computation 19, 1965), radix 2, in place, decimation in time. Every
/// twiddle factor comes straight from sine and cosine, so that the error grows with log n only (Higham, "Accuracy and stability of numerical
/// algorithms", section 24.1). Why not a library: docs/adr/0009-own-fourier-transform.md.</summary>
internal sealed class Fourier
{
    private readonly double[] _cos;
    private readonly double[] _sin;

    /// <summary>For vectors of one length.</summary>
    /// <param name="length">A power of two.</param>
    public Fourier(int length)
    {
        Length = length;
        (_cos, _sin) = (new double[length / 2], new double[length / 2]);
        for (var k = 0; k < length / 2; k++) (_sin[k], _cos[k]) = Math.SinCos(-2 * Math.PI * k / length);
    }

    /// <summary>Complex numbers of a transform.</summary>
    public int Length { get; }

    /// <summary>X_k = Σ x_j e^(-2πi jk/n).</summary>
    public void Forward(double[] real, double[] imaginary) => Transform(real, imaginary);

    /// <summary>The inverse of <see cref="Forward"/>, division by n included.</summary>
    public void Inverse(double[] real, double[] imaginary)
    {
        Transform(imaginary, real);   // swapping the parts before and after turns the sign of the exponent
        var scale = 1.0 / Length;
        for (var i = 0; i < Length; i++) (real[i], imaginary[i]) = (real[i] * scale, imaginary[i] * scale);
    }

    private void Transform(double[] re, double[] im)
    {
        ReverseBits(re, im);
        for (var half = 1; half < Length; half *= 2)
        {
            var stride = Length / (2 * half);
            for (var start = 0; start < Length; start += 2 * half)
                for (var k = 0; k < half; k++)
                {
                    var (a, b) = (start + k, start + k + half);
                    var (c, s) = (_cos[k * stride], _sin[k * stride]);
                    var (x, y) = (c * re[b] - s * im[b], c * im[b] + s * re[b]);
                    (re[b], im[b]) = (re[a] - x, im[a] - y);
                    (re[a], im[a]) = (re[a] + x, im[a] + y);
                }
        }
    }

    private void ReverseBits(double[] re, double[] im)
    {
        for (int i = 1, j = 0; i < Length; i++)
        {
            var bit = Length >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i >= j) continue;
            (re[i], re[j]) = (re[j], re[i]);
            (im[i], im[j]) = (im[j], im[i]);
        }
    }
}
