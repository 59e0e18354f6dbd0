using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Privacy.SecureAggregation.Cryptography;

namespace Federated.Core.Privacy.SecureAggregation.Rounds;

/// <summary>The running sum of masked vectors: exact, in whatever order they come, in 4 bytes a value however many there are. No single vector is kept. Not thread-safe: one owner at a time.</summary>
public sealed class MaskedSum
{
    private readonly uint[] _values;
    private readonly ulong[] _scalars;
    private readonly int _threads;

    /// <summary>An empty sum.</summary>
    /// <param name="layout">Of the vectors.</param>
    /// <param name="threads">That share the work on long vectors, at least 1; their number does not change the result.</param>
    public MaskedSum(MaskedLayout layout, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        (Layout, _values, _scalars, _threads) = (layout, new uint[layout.Length], new ulong[layout.Scalars], threads);
    }

    /// <summary>Of the vectors.</summary>
    public MaskedLayout Layout { get; }

    /// <summary>Vectors in the sum.</summary>
    public int Count { get; private set; }

    /// <summary>The sum of the values, [P]; the lowest r bits count. Random numbers until <see cref="MaskRemoval"/> has done its work.</summary>
    public ReadOnlySpan<uint> Values => _values;

    /// <summary>The sum of the scalars, [S]; likewise.</summary>
    public ReadOnlySpan<ulong> Scalars => _scalars;

    /// <summary>Adds one vector, or refuses it and changes nothing.</summary>
    /// <param name="packed">In the layout's form. Not changed, not kept.</param>
    public Refused? Add(ReadOnlyMemory<byte> packed)
    {
        var refused = Layout.AddTo(packed, _values, _scalars, _threads);
        if (refused is null) Count++;
        return refused;
    }

    internal void Apply(IReadOnlyList<MaskTerm> terms, int threads, CancellationToken cancellation) => Masks.Apply(terms, _values, _scalars, threads, cancellation);
}
