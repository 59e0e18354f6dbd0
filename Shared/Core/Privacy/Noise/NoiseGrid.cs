namespace Federated.Core.Privacy.Noise;

/// <summary>Gaussian noise for floating-point vectors that does not leak through their lowest bits (Mironov, "On significance of the least significant bits for
/// differential privacy", CCS 2012): values go to the nearest point of a grid whose step is a power of two, noise of whole steps
/// (<see cref="GridGaussian"/>) is added in integers, and the result's conversion to float is after the fact. The step follows from the public numbers σ, C and d alone.</summary>
/// <remarks>
/// Rounding may take the vectors of two neighbours apart by √d steps at most; the step is at most 2^-20 C / √d, and σ is raised by a relative 2^-20 to make
/// up for it, so that the multiplier z = σ / C holds as promised, not approximately. Thread-safe.
/// </remarks>
public sealed class NoiseGrid
{
    /// <summary>The grid for sums of vectors.</summary>
    /// <param name="sigma">σ, in the unit of the values, above 0.</param>
    /// <param name="clip">C, bound on what one unit adds, in the same unit, above 0.</param>
    /// <param name="dimension">d: values of one release, over all calls that make it up, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range, or the grid would be finer than σ / 2^56.</exception>
    public NoiseGrid(double sigma, double clip, long dimension) => (Sigma, Step) = (sigma, clip / dimension);

    /// <value>The distance of two grid points, a power of two.</value>
    public double Step { get; }

    /// <value>Standard deviation of the noise, in the unit of the values.</value>
    public double Sigma { get; }

    /// <summary>Adds noise to sums. Values should be exact, or rounded once to float64: what a lower precision rounded before is not covered by the promise.</summary>
    /// <param name="values">Shape [d] or a part of it; finite. Receives multiples of <see cref="Step"/>, rounded to float64.</param>
    /// <param name="random">Source of the noise.</param>
    /// <exception cref="ArgumentException">A value is not finite, or exceeds 2^61 steps.</exception>
    public void AddNoise(Span<double> values, ISecureRandom random) => throw new NotImplementedException();

    /// <summary>As the other one, for one unit's own float32 vector (noise that a client adds itself).</summary>
    /// <exception cref="ArgumentException">A value is not finite, or exceeds 2^61 steps.</exception>
    public void AddNoise(Span<float> values, ISecureRandom random) => throw new NotImplementedException();

    /// <summary>Fills with noise alone, in steps: for noise that is kept and added up, as of the nodes of a tree.</summary>
    public void Fill(Span<long> steps, ISecureRandom random) => throw new NotImplementedException();
}
