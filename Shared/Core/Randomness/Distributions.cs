namespace Federated.Core.Randomness;

/// <summary>Draws from distributions other than the uniform one. Like the stream itself they give the same bits on every platform. Not for privacy
/// noise.</summary>
public static class Distributions
{
    /// <summary>Normal with mean 0 and variance 1, by Marsaglia's polar method (Marsaglia and Bray, SIAM Review 6(3), 1964). The second value that
    /// the method yields is dropped, so that a draw leaves nothing behind but the stream's position.</summary>
    public static double NextGaussian(this RandomStream stream)
    {
        while (true)
        {
            var (x, y) = (2 * stream.NextDouble() - 1, 2 * stream.NextDouble() - 1);
            var square = x * x + y * y;
            if (square is > 0 and < 1) return x * Math.Sqrt(-2 * PortableMath.Log(square) / square);
        }
    }

    /// <summary>Gamma with scale 1: mean and variance are both <paramref name="shape"/>. Marsaglia and Tsang, "A simple method for generating gamma
    /// variables", ACM TOMS 26(3), 2000; a shape below 1 by their section 6, Gamma(shape + 1) U^(1/shape).</summary>
    /// <param name="stream">Source of the randomness.</param>
    /// <param name="shape">Above 0 and finite. A small one (below about 0.005) may give 0, where the value is below 1e-307.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shape is not above 0 and finite.</exception>
    public static double NextGamma(this RandomStream stream, double shape)
    {
        CheckShape(shape);
        if (shape >= 1) return MarsagliaTsang(stream, shape);
        var boosted = MarsagliaTsang(stream, shape + 1);
        return boosted * PortableMath.Exp(LogUniform(stream) / shape);
    }

    /// <summary>A point of the simplex, Dirichlet distributed: gamma draws divided by their sum. It works on logarithms, so that concentrations however
    /// small do not give 0 / 0.</summary>
    /// <param name="stream">Source of the randomness.</param>
    /// <param name="concentration">One number a component, at least 0 and finite, one of them above 0; a component with 0 is always 0.</param>
    /// <param name="destination">Receives the components, each at least 0, with sum 1 up to rounding. As long as <paramref name="concentration"/>.</param>
    /// <exception cref="ArgumentException">A length or a concentration is not as described.</exception>
    public static void NextDirichlet(this RandomStream stream, ReadOnlySpan<double> concentration, Span<double> destination)
    {
        if (concentration.Length != destination.Length)
            throw new ArgumentException($"Expected {concentration.Length} components, got {destination.Length}.", nameof(destination));
        var largest = double.NegativeInfinity;
        for (var i = 0; i < concentration.Length; i++)
        {
            destination[i] = concentration[i] == 0 ? double.NegativeInfinity : NextLogGamma(stream, concentration[i]);
            largest = Math.Max(largest, destination[i]);
        }
        if (double.IsNegativeInfinity(largest)) throw new ArgumentException("One concentration at least must be above 0.", nameof(concentration));
        var sum = 0.0;
        foreach (ref var component in destination) sum += component = PortableMath.Exp(component - largest);
        foreach (ref var component in destination) component /= sum;
    }

    private static double NextLogGamma(RandomStream stream, double shape)
    {
        CheckShape(shape);
        if (shape >= 1) return PortableMath.Log(MarsagliaTsang(stream, shape));
        var boosted = MarsagliaTsang(stream, shape + 1);
        return PortableMath.Log(boosted) + LogUniform(stream) / shape;
    }

    private static double MarsagliaTsang(RandomStream stream, double shape)
    {
        var d = shape - 1.0 / 3;
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = stream.NextGaussian();
            var v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            var u = 1 - stream.NextDouble();   // in (0, 1]
            if (u < 1 - 0.0331 * (x * x) * (x * x)) return d * v;   // the squeeze: true most of the time, and implies what follows
            if (PortableMath.Log(u) < 0.5 * x * x + d * (1 - v + PortableMath.Log(v))) return d * v;
        }
    }

    private static double LogUniform(RandomStream stream) => PortableMath.Log(1 - stream.NextDouble());

    private static void CheckShape(double shape)
    {
        if (!(shape > 0) || double.IsInfinity(shape)) throw new ArgumentOutOfRangeException(nameof(shape), shape, "Must be above 0 and finite.");
    }
}
