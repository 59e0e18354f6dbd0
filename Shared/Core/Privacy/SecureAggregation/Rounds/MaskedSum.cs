using Federated.Core.Privacy.SecureAggregation.Coding;

namespace Federated.Core.Privacy.SecureAggregation.Rounds;

/// <summary>The running sum of masked vectors: exact, in whatever order they come, in 4 bytes a value however many there are. No single vector is kept. Not thread-safe: one owner at a time.</summary>
public sealed class MaskedSum
{
    /// <summary>An empty sum.</summary>
    /// <param name="layout">Of the vectors.</param>
    /// <param name="threads">That share the work on long vectors, at least 1; their number does not change the result.</param>
    public MaskedSum(MaskedLayout layout, int threads = 1) => throw new NotImplementedException();

    /// <summary>Of the vectors.</summary>
    public MaskedLayout Layout => throw new NotImplementedException();

    /// <summary>Vectors in the sum.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>Adds one vector, or refuses it and changes nothing.</summary>
    /// <param name="packed">In the layout's form. Not changed, not kept.</param>
    public Refused? Add(ReadOnlyMemory<byte> packed) => throw new NotImplementedException();

    /// <summary>The sum of the values, elements of the ring, [P]. Random numbers until <see cref="MaskRemoval"/> has done its work.</summary>
    public ReadOnlySpan<uint> Values => throw new NotImplementedException();

    /// <summary>The sum of the scalars, [S]; likewise.</summary>
    public ReadOnlySpan<ulong> Scalars => throw new NotImplementedException();
}
