namespace Federated.Core.Privacy.Noise;

/// <summary>Gaussian noise for floating-point vectors that does not leak through their lowest bits (Mironov, "On significance of the least significant bits for differential
/// privacy", CCS 2012): values go to the nearest point of a grid whose step is a power of two, noise of whole steps (<see cref="GridGaussian"/>) is added in
/// integers, and what becomes of the result in floating point is after the fact. The step follows from the public numbers σ, C and d alone.</summary>
/// <remarks>
/// Rounding may take the vectors of two neighbours apart by √d steps at most. The step is at most 2^-20 C / √d, and the noise is larger than asked for by a relative 2^-20 to make up
/// for it, so that the multiplier z = σ / C holds as promised, not approximately (twice that where units are replaced: 2 C allows for it too). Thread-safe.
/// </remarks>
public sealed class NoiseGrid
{
    private const double Margin = 1.0 / (1 << 20);
    private const double MostSteps = 1L << 61;
    private const int Chunk = 4096;
    private readonly GridGaussian _noise;

    /// <summary>The grid for sums of vectors.</summary>
    /// <param name="sigma">σ, in the unit of the values, above 0 and finite.</param>
    /// <param name="clip">C, bound on what one unit adds, in the same unit, above 0 and finite.</param>
    /// <param name="dimension">d: values of one release, over all calls that make it up, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range, or σ is not 1 to 2^50 steps.</exception>
    public NoiseGrid(double sigma, double clip, long dimension)
    {
        if (sigma is not (> 0 and < double.PositiveInfinity)) throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "The standard deviation must be above 0 and finite.");
        if (clip is not (> 0 and < double.PositiveInfinity)) throw new ArgumentOutOfRangeException(nameof(clip), clip, "The clipping bound must be above 0 and finite.");
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        Step = Math.ScaleB(1, Math.ILogB(Math.Min(sigma, clip * Margin / Math.Sqrt(dimension))));
        if (Step <= 1e-300) throw new ArgumentOutOfRangeException(nameof(clip), clip, "The grid's step would be below 1e-300.");
        Sigma = sigma * (1 + 2 * Margin);
        _noise = new(Sigma / Step);
    }

    /// <value>The distance of two grid points, a power of two.</value>
    public double Step { get; }

    /// <value>Standard deviation of the noise, in the unit of the values.</value>
    public double Sigma { get; }

    /// <summary>Adds noise to sums. Values should be exact, or rounded once to float64: what a lower precision rounded before is not covered by the promise.</summary>
    /// <param name="values">Shape [d] or a part of it; finite. Receives multiples of <see cref="Step"/>, rounded to float64.</param>
    /// <param name="random">Source of the noise.</param>
    /// <exception cref="ArgumentException">A value is not finite, or exceeds 2^61 steps; those before it have their noise.</exception>
    public void AddNoise(Span<double> values, ISecureRandom random)
    {
        var noise = new long[Math.Min(Chunk, values.Length)];
        for (var start = 0; start < values.Length; start += Chunk)
        {
            var part = values.Slice(start, Math.Min(Chunk, values.Length - start));
            _noise.Fill(noise.AsSpan(0, part.Length), random);
            for (var i = 0; i < part.Length; i++) part[i] = (Steps(part[i]) + noise[i]) * Step;
        }
    }

    /// <summary>As the other one, for one unit's own float32 vector (noise that a client adds itself).</summary>
    /// <param name="values">Shape [d] or a part of it; finite. Receives multiples of <see cref="Step"/>, rounded to float32.</param>
    /// <param name="random">Source of the noise.</param>
    /// <exception cref="ArgumentException">A value is not finite, or exceeds 2^61 steps; those before it have their noise.</exception>
    public void AddNoise(Span<float> values, ISecureRandom random)
    {
        var noise = new long[Math.Min(Chunk, values.Length)];
        for (var start = 0; start < values.Length; start += Chunk)
        {
            var part = values.Slice(start, Math.Min(Chunk, values.Length - start));
            _noise.Fill(noise.AsSpan(0, part.Length), random);
            for (var i = 0; i < part.Length; i++) part[i] = (float)((Steps(part[i]) + noise[i]) * Step);
        }
    }

    /// <summary>Fills with noise alone, in steps: for noise that is kept and added up, as of the nodes of a tree.</summary>
    public void Fill(Span<long> steps, ISecureRandom random) => _noise.Fill(steps, random);

    /// <summary>The nearest grid point, in steps.</summary>
    /// <exception cref="ArgumentException">The value is not finite, or exceeds 2^61 steps.</exception>
    public long Steps(double value)
    {
        var steps = Math.Round(value / Step);   // exact: the step is a power of two
        return Math.Abs(steps) <= MostSteps
            ? (long)steps
            : throw new ArgumentException($"Expected a finite value of at most {MostSteps * Step:g3}, got {value}.", nameof(value));
    }
}
