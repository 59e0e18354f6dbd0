namespace Federated.Core.Privacy.Accounting.LossDistributions;

/// <summary>The privacy loss of releases in succession: a sum of independent losses, whose distribution is a convolution, by Fourier transforms. Koskela, Jälkö, Honkela, "Computing tight
/// differential privacy guarantees using FFT", AISTATS 2020 (arXiv:1906.03049).</summary>
/// <remarks>
/// The grid's step is a hundredth of the smallest standard deviation of a loss, between 1e-4 (or a twentieth, if that is less) and 1e-3, unless the sum then needs more than 2^20 steps; any step
/// gives an upper bound, a coarser one a looser bound. Sums outside a window come back at its other end: Chernoff's bound keeps the high ones below 1e-15, which is added to δ; the low ones only add to δ. Rounding
/// in float64 leaves errors of about 1e-16 times the number of releases, so that nothing is said of a δ below <see cref="LeastDelta"/>.
/// </remarks>
internal sealed class ComposedLoss
{
    /// <summary>The smallest δ that the numbers are good for.</summary>
    public const double LeastDelta = 1e-12;

    private const double Outside = 1e-15;
    private const int MostSteps = 1 << 20;
    private static readonly double[] Exponents = [.. Enumerable.Range(-12, 40).Select(power => Math.Pow(2, power / 1.5))];

    private readonly double _step;
    private readonly long _first;
    private readonly double[] _delta;   // δ at the losses _first, _first + 1, ...

    private ComposedLoss(double step, long first, double[] delta) => (_step, _first, _delta) = (step, first, delta);

    /// <summary>Composes releases.</summary>
    /// <param name="releases">One at least.</param>
    /// <param name="direction">Of all of them.</param>
    public static ComposedLoss Of(IReadOnlyList<SampledRelease> releases, LossDirection direction)
    {
        var (step, high, low) = Grid(releases, direction);
        var parts = releases.Select(release => GaussianLoss.On(release.Rate, release.Sigma, direction, step)).ToArray();
        var top = (long)Math.Ceiling(Bound(parts, releases, high) / step);
        var bottom = (long)Math.Floor(-Bound(parts, releases, -low) / step);
        var length = 1024;
        while (length < top - bottom + 1) length *= 2;
        bottom = top - length + 1;
        var masses = Convolve(parts, releases, length, bottom);
        var infinite = -SpecialFunctions.ExpM1(parts.Zip(releases, (part, release) => release.Count * SpecialFunctions.Log1P(-part.Infinity)).Sum());
        return new(step, bottom, Profile(masses, step, infinite + Outside));
    }

    /// <summary>Upper bound of δ(ε).</summary>
    public double Delta(double epsilon)
    {
        var place = epsilon / _step - _first;
        if (place < 0) return 1;
        if (place >= _delta.Length - 1) return _delta[^1];
        var at = (int)place;
        // Between grid points the bound is linear in e^ε.
        var share = SpecialFunctions.ExpM1((place - at) * _step) / SpecialFunctions.ExpM1(_step);
        return _delta[at] + share * (_delta[at + 1] - _delta[at]);
    }

    /// <summary>The least ε of at least 0 with δ(ε) at most a given one; infinite where there is none.</summary>
    public double Epsilon(double delta)
    {
        if (Delta(0) <= delta) return 0;
        if (_delta[^1] > delta) return double.PositiveInfinity;
        var (above, below) = (0, _delta.Length - 1);   // δ > delta at the first, at most delta at the second
        while (below - above > 1)
        {
            var middle = (above + below) / 2;
            if (_delta[middle] > delta) above = middle;
            else below = middle;
        }
        var share = (_delta[above] - delta) / (_delta[above] - _delta[below]);
        return Math.Max(0, (_first + above) * _step + SpecialFunctions.Log1P(share * SpecialFunctions.ExpM1(_step)));
    }

    // A coarse look at the sum: the step that it can afford, and the exponents that make Chernoff's bounds small.
    private static (double Step, double High, double Low) Grid(IReadOnlyList<SampledRelease> releases, LossDirection direction)
    {
        var widest = releases.Max(release => Width(GaussianLoss.Range(release.Rate, release.Sigma)));
        var coarse = releases.Select(release => GaussianLoss.On(release.Rate, release.Sigma, direction, widest / (1 << 13))).ToArray();
        var high = Exponents.MinBy(exponent => Bound(coarse, releases, exponent));
        var low = Exponents.MinBy(exponent => Bound(coarse, releases, -exponent));
        var range = Bound(coarse, releases, high) + Bound(coarse, releases, -low);
        // A small sample's loss may vary far less than a coarse step: by about q √(e^(1/σ²) - 1) under Q.
        var finest = releases.Min(release => release.Rate * Math.Sqrt(SpecialFunctions.ExpM1(Math.Min(1, 1 / (release.Sigma * release.Sigma)))));
        return (Math.Max(1.05 * range / MostSteps, Math.Clamp(finest / 100, Math.Min(1e-4, finest / 20), 1e-3)), high, low);
    }

    private static double Width((double Low, double High) range) => range.High - range.Low;

    // Chernoff: the sum is beyond (log E[e^(t sum)] + log(1/Outside)) / |t| with probability at most Outside; for t below 0 it is the negative sum.
    private static double Bound(LossGrid[] parts, IReadOnlyList<SampledRelease> releases, double t) =>
        (parts.Zip(releases, (part, release) => release.Count * part.LogMoment(t)).Sum() - Math.Log(Outside)) / Math.Abs(t);

    private static double[] Convolve(LossGrid[] parts, IReadOnlyList<SampledRelease> releases, int length, long bottom)
    {
        var fourier = new Fourier(length);
        // Logarithms of the product's factors: modulus and angle, of which the spectrum of real numbers needs one half.
        var (modulus, angle) = (new double[length / 2 + 1], new double[length / 2 + 1]);
        for (var i = 0; i < parts.Length; i++)
        {
            var (re, im) = (new double[length], new double[length]);
            for (var k = 0; k < parts[i].Masses.Length; k++) re[(int)Modulo(parts[i].First + k, length)] += parts[i].Masses[k];
            fourier.Forward(re, im);
            for (var k = 0; k <= length / 2; k++)
            {
                modulus[k] += releases[i].Count * 0.5 * Math.Log(re[k] * re[k] + im[k] * im[k]);
                angle[k] += Math.IEEERemainder(releases[i].Count * Math.Atan2(im[k], re[k]), 2 * Math.PI);
            }
        }
        var (real, imaginary) = (new double[length], new double[length]);
        for (var k = 0; k <= length / 2; k++)
        {
            var (sine, cosine) = Math.SinCos(angle[k]);
            var size = Math.Exp(modulus[k]);
            (real[k], imaginary[k]) = (size * cosine, size * sine);
            if (k > 0 && k < length / 2) (real[length - k], imaginary[length - k]) = (real[k], -imaginary[k]);
        }
        fourier.Inverse(real, imaginary);
        var masses = new double[length];
        for (var k = 0; k < length; k++) masses[k] = Math.Max(0, real[(int)Modulo(bottom + k, length)]);   // below 0 by rounding alone
        return masses;
    }

    // δ at every grid point from the top: δ_i = Σ_{j>i} p_j (1 - e^((i-j)h)) + infinite, as a recursion of positive terms.
    private static double[] Profile(double[] masses, double step, double infinite)
    {
        var (delta, above, finite) = (new double[masses.Length], 0.0, 0.0);
        var (kept, gained) = (Math.Exp(-step), -SpecialFunctions.ExpM1(-step));
        for (var i = masses.Length - 1; i >= 0; i--)
        {
            delta[i] = Math.Min(1, finite + infinite);
            above += masses[i];
            finite = kept * finite + gained * above;
        }
        return delta;
    }

    private static long Modulo(long value, int length) => ((value % length) + length) % length;
}
