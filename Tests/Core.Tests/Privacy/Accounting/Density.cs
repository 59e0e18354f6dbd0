namespace Federated.Core.Tests.Privacy.Accounting;

/// <summary>The sampled Gaussian mechanism's definitions, by sums over a fine grid of the density itself: slow, and nothing of the code under test.</summary>
internal static class Density
{
    public static double Normal(double x, double mean, double sigma) => Math.Exp(-(x - mean) * (x - mean) / (2 * sigma * sigma)) / (sigma * Math.Sqrt(2 * Math.PI));

    public static double Mixture(double x, double rate, double sigma) => (1 - rate) * Normal(x, 0, sigma) + rate * Normal(x, 1, sigma);

    /// <summary>Hockey-stick divergence: the integral of max(0, P - e^ε Q), P the mixture and Q the plain one, or the other way round.</summary>
    public static double HockeyStick(double rate, double sigma, double epsilon, bool remove) => Sum(sigma, x =>
    {
        var (mixture, plain) = (Mixture(x, rate, sigma), Normal(x, 0, sigma));
        return remove ? Math.Max(0, mixture - Math.Exp(epsilon) * plain) : Math.Max(0, plain - Math.Exp(epsilon) * mixture);
    });

    /// <summary>log of the integral of Q (P/Q)^α, in logarithms since it may be huge.</summary>
    public static double LogMoment(double rate, double sigma, double order)
    {
        var step = sigma / 400;
        var logs = new List<double>();
        for (var x = -40 * sigma; x <= order + 40 * sigma; x += step)
        {
            var exponent = (2 * x - 1) / (2 * sigma * sigma);
            var ratio = exponent > 30 ? exponent + Math.Log(rate + (1 - rate) * Math.Exp(-exponent)) : Math.Log(1 - rate + rate * Math.Exp(exponent));
            logs.Add(order * ratio - x * x / (2 * sigma * sigma));
        }
        var most = logs.Max();
        return most + Math.Log(logs.Sum(log => Math.Exp(log - most)) * step / (sigma * Math.Sqrt(2 * Math.PI)));
    }

    // The midpoint rule; at a kink its error is of the order of the step squared.
    private static double Sum(double sigma, Func<double, double> value)
    {
        var (step, sum) = (sigma / 20000, 0.0);
        for (var x = -12 * sigma + step / 2; x < 1 + 12 * sigma; x += step) sum += value(x);
        return sum * step;
    }
}
