namespace Federated.Core.Privacy.Accounting.Renyi;

/// <summary>Renyi divergence of the Gaussian mechanism on a sample of fixed size, drawn without replacement; neighbours by replacing one. Wang, Balle, Kasiviswanathan,
/// "Subsampled Rényi differential privacy and analytical moments accountant", AISTATS 2019 (arXiv:1808.00087), Theorem 9 in its stronger form
/// for the Gaussian (Theorem 27); fractional orders by Corollary 10 (the cumulant function is convex).</summary>
/// <remarks>
/// The theorem's even moments B(l) = E[(dP/dQ - 1)^l] are alternating sums that lose every digit for large σ. They are integrals of something that is never
/// negative, and are computed as such. Not at σ below 1/2, nor above order 256, where the theorem's other bound, 2 E[(dP/dQ)^l], is the smaller one or close to it.
/// Immutable: one for a σ serves all orders.
/// </remarks>
internal sealed class FixedSizeRenyi
{
    private const int MaxMoment = 256;
    private readonly double _sigma;
    private readonly double _rate;
    private readonly double[] _logEven;   // log B(2 i)

    /// <summary>For one mechanism.</summary>
    /// <param name="rate">q = n / N in (0, 1).</param>
    /// <param name="sigma">Noise divided by the sensitivity (twice the clipping bound), above 0.</param>
    public FixedSizeRenyi(double rate, double sigma)
    {
        (_rate, _sigma) = (rate, sigma);
        _logEven = sigma < 0.5 ? [] : [.. Enumerable.Range(0, MaxMoment / 2 + 1).Select(half => half == 0 ? 0 : LogEvenMoment(sigma, 2 * half))];
    }

    /// <summary>The divergence's bound.</summary>
    /// <param name="order">α above 1.</param>
    public double Divergence(double order)
    {
        var (floor, rest) = ((int)Math.Floor(order), order - Math.Floor(order));
        var bound = rest == 0 ? LogMoment(floor) : (1 - rest) * LogMoment(floor) + rest * LogMoment(floor + 1);
        return Math.Min(bound / (order - 1), GaussianRenyi.Plain(_sigma, order));   // a sample reveals no more than everybody's data
    }

    // log(1 + Σ_j C(α, j) q^j min(4 √(B(2⌊j/2⌋) B(2⌈j/2⌉)), 2 e^((j-1) ε(j)))), j from 2.
    private double LogMoment(int order)
    {
        var (sum, logChoose) = (0.0, Math.Log(order));
        for (var j = 2; j <= order; j++)
        {
            logChoose += Math.Log((double)(order - j + 1) / j);
            var bound = Math.Log(2) + j * (j - 1.0) / (2 * _sigma * _sigma);
            if (order <= MaxMoment && (j + 1) / 2 < _logEven.Length)
                bound = Math.Min(bound, Math.Log(4) + 0.5 * (_logEven[j / 2] + _logEven[(j + 1) / 2]));
            sum = SpecialFunctions.LogAdd(sum, logChoose + j * Math.Log(_rate) + bound);
        }
        return sum;
    }

    // log of the integral of (e^((2x-1)/2σ²) - 1)^l over N(0, σ²), by the trapezoidal rule: for a sum of Gaussians of width σ its error falls like exp(-2π² (σ/step)²).
    private static double LogEvenMoment(double sigma, int moment)
    {
        var step = sigma / 10;
        var points = (int)Math.Ceiling((moment + 80 * sigma) / step);
        var logs = new double[points + 1];
        for (var i = 0; i <= points; i++)
        {
            var x = -40 * sigma + i * step;
            var exponent = (2 * x - 1) / (2 * sigma * sigma);
            var ratio = exponent > 30 ? exponent : Math.Log(Math.Abs(SpecialFunctions.ExpM1(exponent)));
            logs[i] = moment * ratio - x * x / (2 * sigma * sigma);
        }
        var most = logs.Max();
        return most + Math.Log(logs.Sum(log => Math.Exp(log - most)) * step / (sigma * Math.Sqrt(2 * Math.PI)));
    }
}
