using System.Numerics.Tensors;

namespace Federated.Core.Aggregation;

/// <summary>A weighted mean of vectors of shape [P] that has the same bits in whatever order the vectors come, in 16 bytes a parameter, however many
/// there are.</summary>
/// <remarks>
/// Floating-point addition is not associative, integer addition is. Each term weight * value, rounded once to double, becomes a multiple of 2^-52
/// and is added to an integer: a term of magnitude 1 or more without loss, a smaller one with an error of at most 2^-53. The integer is kept in two limbs of
/// 64 bits, units and 2^-52, and carried between them before the lower one can overflow. See docs/adr/0002-exact-mean.md.
/// Not thread-safe: one owner at a time.
/// </remarks>
public sealed class ExactMean
{
    /// <summary>Most updates of one mean: 2^20. With <see cref="Limit"/> it keeps the sums within 64 bits.</summary>
    public const int MaxUpdates = 1 << 20;

    /// <summary>Weights, and values times their weight, are below this in magnitude: 2^42.</summary>
    public const double Limit = 1L << 42;

    /// <summary>Smallest weight: 2^-20. Weights are counts of examples as a rule.</summary>
    public const double MinWeight = 1.0 / (1 << 20);

    // A term adds at most 2^51 to the lower limb, and 2^51 may be left in it: 1024 terms stay below 2^62.
    private const int CarryEvery = 1024;
    private const int LowBits = 52;

    // Values whose sums stay in a core's cache while the terms go by.
    private const int Tile = 4096;
    private readonly long[] _high;
    private readonly long[] _low;
    private readonly int _threads;
    private Int128 _weight;
    private int _untilCarry = CarryEvery;

    /// <summary>An empty mean.</summary>
    /// <param name="length">P, at least 1.</param>
    /// <param name="threads">Threads that share the work on long vectors, at least 1; their number does not change the result.</param>
    public ExactMean(int length, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        (_high, _low, _threads) = (new long[length], new long[length], threads);
    }

    /// <summary>P, the number of values of each vector.</summary>
    public int Length => _high.Length;

    /// <summary>Updates that count so far.</summary>
    public int Count { get; private set; }

    /// <summary>Sum of the weights so far.</summary>
    public double TotalWeight => (double)_weight / (1L << LowBits);

    /// <summary>Adds one vector with its weight, or refuses it and changes nothing.</summary>
    /// <param name="values">Shape [P]. Not changed, not kept.</param>
    /// <param name="weight">Above 0; the client's number of examples as a rule.</param>
    /// <param name="factor">What the values are multiplied by first, above 0 and at most 1.</param>
    /// <exception cref="ArgumentException">The length is not P, or the weight is not a number above 0.</exception>
    public AddOutcome TryAdd(ReadOnlyMemory<float> values, double weight, double factor = 1)
    {
        Span<AddOutcome> outcome = [AddOutcome.Added];
        TryAdd([new(values, weight, factor)], outcome);
        return outcome[0];
    }

    /// <summary>Adds several vectors, each as if it came alone, in one pass over the sums: these are four times as large as a vector, so that adding one alone is mostly moving them.</summary>
    /// <param name="terms">Not changed, not kept.</param>
    /// <param name="outcomes">Receives what became of each.</param>
    /// <exception cref="ArgumentException">A length is not P, a weight is not a number above 0, or there are not as many outcomes as terms.</exception>
    public void TryAdd(ReadOnlySpan<MeanTerm> terms, Span<AddOutcome> outcomes)
    {
        if (outcomes.Length != terms.Length) throw new ArgumentException($"Expected room for {terms.Length} outcomes, got {outcomes.Length}.", nameof(outcomes));
        foreach (var term in terms) term.Check(Length);
        for (var begin = 0; begin < terms.Length; begin += CarryEvery)
        {
            var count = Math.Min(CarryEvery, terms.Length - begin);
            AddTogether(terms.Slice(begin, count), outcomes.Slice(begin, count));
        }
    }

    /// <summary>The mean of what has been added: finite, and within one unit in the last place of the mean of the terms. More may be added
    /// afterwards.</summary>
    /// <param name="mean">Receives it, shape [P].</param>
    /// <exception cref="ArgumentException">The length is not P.</exception>
    /// <exception cref="InvalidOperationException">Nothing has been added.</exception>
    public void Mean(Span<float> mean)
    {
        if (mean.Length != Length) throw new ArgumentException($"Expected room for {Length} values, got {mean.Length}.", nameof(mean));
        if (Count == 0) throw new InvalidOperationException("The mean of no updates is undefined.");
        FixedPoint.Divide(_high, _low, TotalWeight, mean);
    }

    /// <summary>Forgets everything that was added.</summary>
    public void Clear()
    {
        Array.Clear(_high);
        Array.Clear(_low);
        (_weight, Count, _untilCarry) = (0, 0, CarryEvery);
    }

    // At most as many as may be added before a carry.
    private void AddTogether(ReadOnlySpan<MeanTerm> terms, Span<AddOutcome> outcomes)
    {
        var (good, room) = (new List<MeanTerm>(terms.Length), MaxUpdates - Count);
        for (var i = 0; i < terms.Length; i++)
        {
            outcomes[i] = good.Count == room ? AddOutcome.Full : Judge(terms[i]);
            if (outcomes[i] == AddOutcome.Added) good.Add(terms[i]);
        }
        if (good.Count == 0) return;
        if (_untilCarry < good.Count)
        {
            ForRanges(range => FixedPoint.Carry(_high.AsSpan(range), _low.AsSpan(range)));
            _untilCarry = CarryEvery;
        }
        _untilCarry -= good.Count;
        ForRanges(range =>
        {
            var (start, length) = range.GetOffsetAndLength(Length);
            for (var begin = start; begin < start + length; begin += Tile)
            {
                var count = Math.Min(Tile, start + length - begin);
                var high = _high.AsSpan(begin, count);
                var low = _low.AsSpan(begin, count);
                foreach (var term in good) FixedPoint.AddBiased(term.Values.Span.Slice(begin, count), term.Weight * term.Factor, high, low);
                FixedPoint.Settle(high, low, good.Count);
            }
        });
        foreach (var term in good) _weight += (Int128)Math.Round(term.Weight * (1L << LowBits));
        Count += good.Count;
    }

    private AddOutcome Judge(MeanTerm term)
    {
        var largest = Largest(term.Values); // NaN when there is one
        if (!float.IsFinite(largest)) return AddOutcome.NotFinite;
        return term.Weight is < MinWeight or >= Limit || Math.Abs(term.Weight * term.Factor * largest) >= Limit ? AddOutcome.OutOfRange : AddOutcome.Added;
    }

    private float Largest(ReadOnlyMemory<float> values)
    {
        if (_threads == 1 || Length < 2 << 20) return TensorPrimitives.MaxMagnitude(values.Span);
        var parts = new float[_threads];
        Parallel.For(0, _threads, new ParallelOptions { MaxDegreeOfParallelism = _threads }, part =>
        {
            var start = (int)((long)Length * part / _threads);
            parts[part] = TensorPrimitives.MaxMagnitude(values.Span[start..(int)((long)Length * (part + 1) / _threads)]);
        });
        return TensorPrimitives.MaxMagnitude<float>(parts);
    }

    private void ForRanges(Action<Range> work)
    {
        // Below a million values a second thread costs more than it brings.
        var parts = Math.Min(_threads, Math.Max(1, Length >> 20));
        if (parts == 1) work(Range.All);
        else Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts }, part => work(new(Start(part), Start(part + 1))));

        int Start(int part) => (int)((long)Length * part / parts);
    }
}
