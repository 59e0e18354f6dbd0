namespace Federated.Core.Privacy.Accounting.Renyi;

/// <summary>Renyi divergences of the Gaussian mechanism with and without Poisson sampling. σ is the noise divided by the sensitivity throughout.</summary>
internal static class GaussianRenyi
{
    private const int MaxTerms = 20_000;

    // A term below the sum by so much, as a logarithm, is left out: 3 · 10^-14.
    private const double Digits = 31;

    /// <summary>The Gaussian mechanism: α / (2σ²). Mironov, "Rényi differential privacy", CSF 2017 (arXiv:1702.07476), Corollary 3.</summary>
    public static double Plain(double sigma, double order) => order / (2 * sigma * sigma);

    /// <summary>The sampled Gaussian mechanism, neighbours by adding or removing one: log A_α / (α - 1). Mironov, Talwar, Zhang, "Rényi differential privacy of the sampled Gaussian
    /// mechanism", 2019 (arXiv:1908.10530), section 3.3. Infinite where the series for a fractional order loses its digits.</summary>
    /// <param name="rate">q in (0, 1).</param>
    /// <param name="sigma">Above 0.</param>
    /// <param name="order">α above 1.</param>
    public static double Sampled(double rate, double sigma, double order) =>
        Math.Max(0, double.IsInteger(order) ? LogMoment(rate, sigma, (int)order) : LogMoment(rate, sigma, order)) / (order - 1);

    // Integer α: A_α = Σ C(α, k) (1-q)^(α-k) q^k exp((k² - k) / 2σ²).
    private static double LogMoment(double q, double sigma, int order)
    {
        var (logQ, logRest, logChoose, sum) = (Math.Log(q), SpecialFunctions.Log1P(-q), 0.0, double.NegativeInfinity);
        for (var k = 0; k <= order; k++)
        {
            sum = SpecialFunctions.LogAdd(sum, logChoose + k * logQ + (order - k) * logRest + ((double)k * k - k) / (2 * sigma * sigma));
            logChoose += Math.Log((double)(order - k) / (k + 1));
        }
        return sum;
    }

    // Fractional α: the integral is cut at z0, where the likelihood ratio's two terms are equal, and each side expanded by the binomial series. From k > α on the
    // coefficients alternate in sign, so positive and negative terms are added up apart; they fall like k^(-α-2) or faster, and the sum lies between two partial sums that follow
    // each other, of which the larger is taken.
    private static double LogMoment(double q, double sigma, double order)
    {
        var (logQ, logRest) = (Math.Log(q), SpecialFunctions.Log1P(-q));
        var z0 = sigma * sigma * (logRest - logQ) + 0.5;
        var (logChoose, negative) = (0.0, false);
        var (plus, minus, last) = (double.NegativeInfinity, double.NegativeInfinity, double.PositiveInfinity);
        for (var k = 0; k < MaxTerms; k++)
        {
            var j = order - k;
            var below = logChoose + k * logQ + j * logRest + ((double)k * k - k) / (2 * sigma * sigma) + LogHalfErfc((k - z0) / (Math.Sqrt(2) * sigma));
            var above = logChoose + j * logQ + k * logRest + (j * j - j) / (2 * sigma * sigma) + LogHalfErfc((z0 - j) / (Math.Sqrt(2) * sigma));
            var term = SpecialFunctions.LogAdd(below, above);
            var falls = k > order && term < last;
            if (falls && negative && term < plus - Digits)
            {
                // Without this negative term: the larger partial sum. What is left after the subtraction must be enough, or the order is of no use.
                return minus < plus - 1e-6 ? SpecialFunctions.LogSubtract(plus, minus) : double.PositiveInfinity;
            }
            if (negative) minus = SpecialFunctions.LogAdd(minus, term);
            else plus = SpecialFunctions.LogAdd(plus, term);
            last = term;
            negative ^= j < 0;
            logChoose += Math.Log(Math.Abs(j) / (k + 1));
        }
        return double.PositiveInfinity;
    }

    private static double LogHalfErfc(double x) => SpecialFunctions.LogErfc(x) - Math.Log(2);
}
