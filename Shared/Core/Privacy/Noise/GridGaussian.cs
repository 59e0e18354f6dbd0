namespace Federated.Core.Privacy.Noise;

/// <summary>Gaussian noise on the integers, without floating point in what decides a value: the sum of an integer and a continuous Gaussian, rounded to the
/// nearest integer. Since rounding commutes with the addition of integers, adding this noise to integers is a function of the continuous Gaussian
/// mechanism's output, and everything that is known of that one (sampling, composition, trees) holds without change.</summary>
/// <remarks>Thread-safe; every call draws from the source it is given.</remarks>
public sealed class GridGaussian
{
    /// <summary>Noise of one standard deviation; builds the table that the draws use.</summary>
    /// <param name="sigma">σ in grid units, of the continuous Gaussian before rounding, from 1 to 2^56.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public GridGaussian(double sigma) => Sigma = sigma;

    /// <value>σ in grid units.</value>
    public double Sigma { get; }

    /// <summary>Fills with independent noise.</summary>
    public void Fill(Span<long> noise, ISecureRandom random) => throw new NotImplementedException();
}
