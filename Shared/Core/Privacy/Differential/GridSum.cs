using Federated.Core.Privacy.Noise;

namespace Federated.Core.Privacy.Differential;

/// <summary>A sum of vectors none of which is longer than a bound, and noise on it, all in whole steps of a grid: exact, so that neither what floating point rounds nor in which order terms come can be read out of it, and the
/// same in whatever order they come. Not thread-safe.</summary>
/// <remarks>
/// Each value is cut off towards 0 to a whole number of steps, which makes no vector longer; its length is then compared with the bound in integers. So one vector moves the sum by at most C, without an allowance for rounding. A
/// step is a power of two of about 2^-30 standard deviations, but at least 2^-40 of the bound, with which a million vectors stay below 2^62: what is cut off is far below the noise.
/// The noise is <see cref="GridGaussian"/>, after which the sum is a function of what the continuous Gaussian mechanism would give away: what is known of that one holds.
/// </remarks>
public sealed class GridSum
{
    /// <summary>How much longer than the bound a vector may be for what float32 rounds: a relative 1e-4. It is cut; a longer one has not been cut by its owner.</summary>
    public const double Allowance = 1e-4;

    /// <summary>Most vectors of one sum: 2^20.</summary>
    public const int MaxCount = 1 << 20;

    private const double MostSteps = 1L << 60;

    private readonly long[] _sum;
    private readonly double _step;
    private readonly ulong _bound;
    private GridGaussian? _gaussian;   // its table is made once

    /// <summary>An empty sum.</summary>
    /// <param name="length">Values of each vector, at least 1.</param>
    /// <param name="clip">C, above 0 and finite.</param>
    /// <param name="sigma">Standard deviation of the least noise that will be added, from 2^-20 C to 2^20 C.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public GridSum(int length, double clip, double sigma)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        if (!(clip > 0 && double.IsFinite(clip))) throw new ArgumentOutOfRangeException(nameof(clip), clip, "The bound must be above 0 and finite.");
        if (!(sigma >= clip * Math.ScaleB(1, -20) && sigma <= clip * Math.ScaleB(1, 20))) throw new ArgumentOutOfRangeException(nameof(sigma), sigma, $"The noise must be from 2^-20 to 2^20 of the bound {clip}.");
        _step = Math.Max(Math.ScaleB(1, Math.ILogB(sigma) - 30), Math.ScaleB(1, Math.ILogB(clip) - 40));
        (_sum, Clip, _bound) = (new long[length], clip, (ulong)Math.Floor(clip / _step));
    }

    /// <value>C.</value>
    public double Clip { get; }

    /// <value>Vectors in the sum.</value>
    public int Count { get; private set; }

    /// <summary>Adds a vector, or refuses one that is longer than the bound and changes nothing.</summary>
    /// <param name="values">Finite. Not changed.</param>
    /// <param name="cut">True for whoever cuts here: a vector of any length is cut to the bound. False for whoever was promised vectors that are: only <see cref="Allowance"/> is cut.</param>
    /// <exception cref="ArgumentException">The length is another one.</exception>
    /// <exception cref="InvalidOperationException">There are <see cref="MaxCount"/> vectors already.</exception>
    public bool TryAdd(ReadOnlySpan<float> values, bool cut)
    {
        if (values.Length != _sum.Length) throw new ArgumentException($"Expected {_sum.Length} values, got {values.Length}.", nameof(values));
        if (Count == MaxCount) throw new InvalidOperationException($"The sum has {MaxCount} vectors already.");
        var length = Math.Sqrt(SquaredLength(values));
        if (!cut && length > _bound * (1 + Allowance)) return false;
        var factor = 1.0;
        // A hair more where rounding has left it too long; the comparison in integers decides.
        for (var margin = 0; !Fits(values, factor); margin++) factor = _bound / length * (1 - Math.ScaleB(1, margin - 48));
        for (var i = 0; i < values.Length; i++) _sum[i] += Steps(values[i], factor);
        Count++;
        return true;
    }

    /// <summary>The sum with noise, in the unit of the values and divided by a number. To be called once: a second draw of noise for the same sum would reveal more.</summary>
    /// <param name="noise">Where the noise comes from.</param>
    /// <param name="sigma">Its standard deviation, at least that of the grid.</param>
    /// <param name="divisor">Above 0.</param>
    /// <param name="result">Receives it.</param>
    /// <exception cref="ArgumentException">The length is another one.</exception>
    public void Release(ISecureRandom noise, double sigma, double divisor, Span<float> result)
    {
        if (result.Length != _sum.Length) throw new ArgumentException($"Expected room for {_sum.Length} values, got {result.Length}.", nameof(result));
        Release(Draw(noise, sigma), divisor, result);
    }

    /// <summary>Noise for the sum, in whole steps.</summary>
    /// <param name="noise">Where it comes from.</param>
    /// <param name="sigma">Its standard deviation, at least that of the grid.</param>
    internal long[] Draw(ISecureRandom noise, double sigma)
    {
        var drawn = new long[_sum.Length];
        if (_gaussian?.Sigma != sigma / _step) _gaussian = new(sigma / _step);
        _gaussian.Fill(drawn, noise);
        return drawn;
    }

    /// <summary>The sum with noise that was drawn, in the unit of the values and divided by a number.</summary>
    /// <param name="drawn">In whole steps.</param>
    /// <param name="divisor">Above 0.</param>
    /// <param name="result">Receives it.</param>
    internal void Release(ReadOnlySpan<long> drawn, double divisor, Span<float> result)
    {
        // Of what is released: rounding reveals nothing any more.
        for (var i = 0; i < drawn.Length; i++) result[i] = (float)((_sum[i] + drawn[i]) * _step / divisor);
    }

    /// <summary>An empty sum again.</summary>
    public void Clear()
    {
        Array.Clear(_sum);
        Count = 0;
    }

    private double SquaredLength(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value / _step * (value / _step);
        return sum;
    }

    private bool Fits(ReadOnlySpan<float> values, double factor)
    {
        var (sum, most) = (UInt128.Zero, (UInt128)_bound * _bound);
        foreach (var value in values)
        {
            var steps = (ulong)Math.Abs(Steps(value, factor));
            sum += (UInt128)steps * steps;
            if (sum > most) return false;
        }
        return true;
    }

    // Dividing by a power of two is exact, and the conversion cuts off towards 0. No single value of a vector that is cut is longer than the bound; one that is not saturates, and does not fit.
    private long Steps(float value, double factor) => (long)Math.Clamp(value * factor / _step, -MostSteps, MostSteps);
}
