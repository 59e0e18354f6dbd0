using Federated.Core.Jobs;
using Federated.Core.Privacy.Noise;
using Federated.Core.Privacy.SecureAggregation.Coding;

namespace Federated.Core.Privacy.Differential;

/// <summary>One client's part of the Skellam mechanism inside secure aggregation: cut, round, and add a share of the noise, so that a masked sum has z C of it. Agarwal, Kairouz, Liu, "The Skellam Mechanism for Differentially Private
/// Federated Learning", NeurIPS 2021, arXiv:2110.04995, algorithm 1; rounding as Kairouz, Liu, Steinke, "The Distributed Discrete Gaussian Mechanism for Federated Learning with Secure Aggregation", ICML 2021, arXiv:2102.06387,
/// proposition 22.</summary>
/// <remarks>
/// C is M = 2^(bits-1) - 1 steps. An update is cut to so many steps below M that what rounding adds still fits, rounded at random, and rounded again as long as it is longer than M: the paper's bound holds with probability at least
/// 1 - e^(-1/2) a try. So one client moves the sum of integers by at most M, exactly, whatever floating point did before, and its L1 norm is at most M², since integers are no larger than their squares.
/// Each client adds Skellam noise of variance (z M)² / s, s being the clients of a sum that add theirs for certain and keep it to themselves. Sums of Skellam noise are Skellam, so with s or more of them the sum has at least
/// <see cref="Accounting.Events.SkellamEvent"/>'s variance (z M)².
/// Deviations: no random rotation, which spreads an update over small rings: this ring has room for C in every value (<see cref="Headroom"/>). The length is made up for before rounding, not in the accounting, so that a step is C / M
/// and z what it is elsewhere. What rounding again favours, shorter vectors, is a bias of less than a step a value. Thread-safe.
/// </remarks>
public sealed class DistributedNoise
{
    /// <summary>Largest variance of a client's share, in squared steps: 2^30, several seconds a million values.</summary>
    public const double MostVariance = 1L << 30;

    /// <summary>Least part of C that an update may have before it is rounded.</summary>
    public const double LeastReach = 0.9;

    /// <summary>A sum runs over in any of its values with a probability of at most 2^-this.</summary>
    public const int OverflowBits = 40;

    // Above it a share is the sum of several, each from a table of this much.
    private const double TableVariance = 1 << 24;
    private const int Block = 4096;

    // Tables take a good part of a second: one is kept, for all clients and rounds of a run have the same.
    private static readonly Lock Making = new();
    private static Skellam? _last;

    private readonly int _bits;
    private readonly int _largest;
    private readonly int _parts;

    /// <summary>A client's share.</summary>
    /// <param name="bits">Of a value, 2 to 24.</param>
    /// <param name="noiseMultiplier">z, above 0.</param>
    /// <param name="shares">s, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of range, or the variance of a share is above <see cref="MostVariance"/>.</exception>
    public DistributedNoise(int bits, double noiseMultiplier, int shares)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shares, 1);
        Variance = VarianceOf(bits, noiseMultiplier, shares);
        if (!(Variance > 0 && Variance <= MostVariance)) throw new ArgumentOutOfRangeException(nameof(noiseMultiplier), noiseMultiplier, $"A share of the noise has a variance above 0 and at most {MostVariance}, not {Variance}.");
        (_bits, _largest, _parts) = (bits, RingCodec.LargestOf(bits), (int)Math.Ceiling(Variance * (1 + Hair) / TableVariance));
    }

    /// <value>Variance of a client's share, in squared steps.</value>
    public double Variance { get; }

    // More than what float64 rounds on the way from a share to the sum.
    private const double Hair = 1.0 / (1L << 40);

    /// <summary>The share of a client of a job; null where its clients add none to a sum.</summary>
    /// <param name="job">A checked job.</param>
    public static DistributedNoise? Of(JobSpec job) => job.Privacy.Differential.Mechanism == PrivacyMechanism.Distributed
        ? new(job.Privacy.SecureAggregation.Bits, PrivacyPlan.Of(job)!.NoiseMultiplier, SharesOf(job)) : null;

    /// <summary>s: the fewest clients of a sum, less those that may work together.</summary>
    public static int SharesOf(JobSpec job) => job.Federation.Cohort.Minimum - job.Privacy.Differential.Colluding;

    /// <summary>The variance of a client's share, in squared steps: (z M)² / s.</summary>
    public static double VarianceOf(int bits, double noiseMultiplier, int shares) => noiseMultiplier * noiseMultiplier * RingCodec.LargestOf(bits) * RingCodec.LargestOf(bits) / shares;

    /// <summary>To which part of C an update of a length is cut, so that its rounded one is no longer than C: the largest a with (a M)² + a M + d/4 + √d/2 = M²; 0 where there is none.</summary>
    /// <param name="bits">Of a value.</param>
    /// <param name="length">d, at least 1.</param>
    public static double ReachOf(int bits, int length)
    {
        double largest = RingCodec.LargestOf(bits);
        var rest = largest * largest - length / 4.0 - Math.Sqrt(length) / 2;
        return rest > 0 ? (Math.Sqrt(0.25 + rest) - 0.5) / largest : 0;
    }

    /// <summary>Bits more than the sum of the values needs, so that with the noise of all it runs over with a probability of at most 2^-40: a Skellam variable of variance μ is above √(2 μ u) + u / 3 with a probability of at most e^-u
    /// (Bernstein's inequality, which its cumulants obey with a scale of 1/3).</summary>
    /// <param name="clients">n: most clients of a sum, at least 1.</param>
    /// <param name="length">d, at least 1.</param>
    public int Headroom(int clients, int length)
    {
        // Whole powers of two and roots alone, so that coordinator and clients come to the same bits on every platform.
        const double Log2 = 0.6931471805599453;
        var exponent = Log2 * (OverflowBits + 1 + Math.ILogB(2.0 * length - 1));
        var most = (double)clients * _largest + Math.Sqrt(2 * clients * Variance * exponent) + exponent / 3;
        var (ring, headroom) = (RingCodec.RingBitsOf(_bits, clients), 0);
        while (Math.ScaleB(1, ring + headroom - 1) <= most) headroom++;
        return headroom;
    }

    /// <summary>An update as integers with a client's share of the noise, ready to be masked. Once for each release: another draw for the same update would reveal more.</summary>
    /// <param name="values">[P], finite; not changed.</param>
    /// <param name="codec">With this bits a value and the clip C.</param>
    /// <param name="random">Of rounding and noise.</param>
    /// <param name="integers">Receives [P].</param>
    /// <exception cref="ArgumentException">A value is not finite, the lengths differ, or the codec has too few bits for so many values.</exception>
    public void Encode(ReadOnlySpan<float> values, RingCodec codec, ISecureRandom random, Span<int> integers)
    {
        Round(values, codec, random, integers);
        AddShare(integers, random);
    }

    /// <summary>The update as integers whose Euclidean length is at most M.</summary>
    internal void Round(ReadOnlySpan<float> values, RingCodec codec, ISecureRandom random, Span<int> integers)
    {
        var reach = ReachOf(codec.Bits, values.Length);
        if (codec.Bits != _bits || reach == 0) throw new ArgumentException($"{codec.Bits} bits a value do not round {values.Length} values to a bounded length.", nameof(codec));
        var cut = values.ToArray();
        // A hair less than may be, so that what float32 rounds does not keep the vector from fitting.
        Clipping.Cut(cut, reach * (1 - 1.0 / (1 << 20)) * codec.Clip);
        do codec.Encode(cut, weight: 1, random, integers);
        while (!Fits(integers));
        Array.Clear(cut);
    }

    private void AddShare(Span<int> integers, ISecureRandom random)
    {
        var (table, noise) = (Table(), new long[Math.Min(Block, integers.Length)]);
        for (var start = 0; start < integers.Length; start += Block)
        {
            var part = integers.Slice(start, Math.Min(Block, integers.Length - start));
            for (var turn = 0; turn < _parts; turn++)
            {
                table.Fill(noise.AsSpan(0, part.Length), random);
                for (var i = 0; i < part.Length; i++) part[i] += (int)noise[i];
            }
        }
        Array.Clear(noise);
    }

    private Skellam Table()
    {
        var variance = Variance * (1 + Hair) / _parts;
        lock (Making) return _last is { } last && last.Variance == variance ? last : _last = new(variance);
    }

    private bool Fits(ReadOnlySpan<int> integers)
    {
        var (sum, most) = (0UL, (ulong)_largest * (ulong)_largest);
        foreach (var value in integers) sum += (ulong)((long)value * value);
        return sum <= most;
    }
}
