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
    private const int Tile = 2048;
    private readonly long[] _high;
    private readonly long[] _low;
    private readonly int _threads;
    private bool _stale;   // the sums hold what is to be forgotten
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
        while (!terms.IsEmpty)
        {
            var count = Math.Min(terms.Length, Math.Min(CarryEvery, MaxUpdates - Count));
            if (count == 0)
            {
                outcomes.Fill(AddOutcome.Full);
                return;
            }
            AddTogether(terms[..count].ToArray(), outcomes[..count]);
            terms = terms[count..];
            outcomes = outcomes[count..];
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
    public void Clear() => (_weight, Count, _untilCarry, _stale) = (0, 0, CarryEvery, true);

    // At most as many as may be added before a carry. What is not finite or out of range shows only when a vector has been read to its end, and reading it twice would take as long as adding it: it is added like
    // the others, and taken out again, which integers that run over allow without a trace.
    private void AddTogether(MeanTerm[] terms, Span<AddOutcome> outcomes)
    {
        if (_untilCarry < terms.Length)
        {
            ForTiles((_, _, high, low) => FixedPoint.Carry(high, low));
            _untilCarry = CarryEvery;
        }
        var largest = Add(terms);
        List<MeanTerm>? refused = null;
        for (var i = 0; i < terms.Length; i++)
        {
            outcomes[i] = Judge(terms[i], largest[i]);
            if (outcomes[i] != AddOutcome.Added)
            {
                (refused ??= []).Add(terms[i]);
                continue;
            }
            _weight += (Int128)Math.Round(terms[i].Weight * (1L << LowBits));
            _untilCarry--;
            Count++;
        }
        if (refused is not null) TakeOut(refused);
    }

    // The largest magnitude of each term, NaN where there is one.
    private float[] Add(MeanTerm[] terms)
    {
        var largest = new int[_threads, terms.Length];
        ForTiles((part, begin, high, low) =>
        {
            if (_stale)
            {
                high.Clear();
                low.Clear();
            }
            for (var i = 0; i < terms.Length; i++)
            {
                var values = terms[i].Values.Span.Slice(begin, high.Length);
                largest[part, i] = Math.Max(largest[part, i], FixedPoint.AddBiased(values, terms[i].Scale, high, low));
            }
            FixedPoint.Settle(high, low, terms.Length);
        });
        _stale = false;
        var most = new int[terms.Length];
        for (var i = 0; i < terms.Length; i++)
            for (var part = 0; part < _threads; part++) most[i] = Math.Max(most[i], largest[part, i]);
        return Array.ConvertAll(most, BitConverter.Int32BitsToSingle);
    }

    private void TakeOut(List<MeanTerm> terms) => ForTiles((_, begin, high, low) =>
    {
        var (units, fractions) = (new long[high.Length], new long[high.Length]);
        foreach (var term in terms) FixedPoint.Add(term.Values.Span.Slice(begin, high.Length), term.Scale, units, fractions);
        TensorPrimitives.Subtract(high, units, high);
        TensorPrimitives.Subtract(low, fractions, low);
    });

    private static AddOutcome Judge(MeanTerm term, float largest)
    {
        if (!float.IsFinite(largest)) return AddOutcome.NotFinite;
        return term.Weight is < MinWeight or >= Limit || Math.Abs(term.Scale * largest) >= Limit ? AddOutcome.OutOfRange : AddOutcome.Added;
    }

    private void ForTiles(TileWork work)
    {
        // Below a million values a second thread costs more than it brings.
        var parts = Math.Min(_threads, Math.Max(1, Length >> 20));
        if (parts == 1) Share(0);
        else Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = parts }, Share);

        void Share(int part)
        {
            var end = Start(part + 1);
            for (var begin = Start(part); begin < end; begin += Tile)
            {
                var count = Math.Min(Tile, end - begin);
                work(part, begin, _high.AsSpan(begin, count), _low.AsSpan(begin, count));
            }
        }

        int Start(int part) => (int)((long)Length * part / parts);
    }

    private delegate void TileWork(int part, int begin, Span<long> high, Span<long> low);
}
