using System.Numerics;
using Federated.Core.Privacy.SecureAggregation;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Privacy.SecureAggregation.Coding;

public sealed class MaskedLayoutTests
{
    [Fact]
    public void Elements_stand_behind_each_other_without_gaps()
    {
        // 5 bits each, lowest first: 00001, 00010, 11111 -> 01000001 01111100 (0); then the scalar.
        var layout = new MaskedLayout(3, 5, 1);
        Assert.Equal([0b0100_0001, 0b0111_1100, 1, 0, 0, 0, 0, 0, 0, 2], layout.Pack([1, 2, 31], [0x0200000000000001]));
        Assert.Equal(10, layout.Bytes);
    }

    [Fact]
    public void Packed_vectors_add_up_whatever_the_width()
    {
        var random = new RandomStream(3);
        for (var bits = 2; bits <= 32; bits++)
            foreach (var length in new[] { 1, 7, 31, 32, 33, 1000 })
            {
                var layout = new MaskedLayout(length, bits, 2);
                uint[] values = [.. Enumerable.Range(0, length).Select(_ => (uint)random.NextUInt64())];
                var packed = layout.Pack(values, [5, ulong.MaxValue]);
                Assert.Equal(layout.Bytes, packed.Length);
                var whole = new BigInteger(packed.AsSpan(0, (int)layout.ValueBytes), isUnsigned: true);
                var (sum, scalars) = (Enumerable.Repeat(100u, length).ToArray(), new ulong[] { 1, 1 });
                Assert.Null(layout.AddTo(packed, sum, scalars, threads: 3));
                for (var i = 0; i < length; i++)
                {
                    var element = (whole >> (bits * i)) & ((BigInteger.One << bits) - 1);
                    Assert.Equal(values[i] & (uint)((1L << bits) - 1), element);
                    Assert.Equal(unchecked(100u + (uint)element), sum[i]);
                }
                Assert.Equal([6UL, 0UL], scalars);
            }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Number_of_threads_does_not_change_the_sum(int threads)
    {
        var random = new RandomStream(4);
        var layout = new MaskedLayout(600_011, 21, 0);
        uint[] values = [.. Enumerable.Range(0, layout.Length).Select(_ => (uint)random.NextUInt64() & 0x1FFFFF)];
        var sum = new uint[layout.Length];
        Assert.Null(layout.AddTo(layout.Pack(values, []), sum, [], threads));
        Assert.Equal(values, sum);
    }

    [Fact]
    public void Malformed_bytes_are_refused_and_change_nothing()
    {
        var layout = new MaskedLayout(3, 5, 1);
        var (sum, scalars) = (new uint[3], new ulong[1]);
        foreach (var bytes in new[] { [], new byte[9], new byte[11], [0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0] })
            Assert.Equal(MaskingRefusal.BadVector, layout.AddTo(bytes, sum, scalars, 1)?.Reason);
        Assert.Equal([0u, 0u, 0u], sum);
        Assert.Equal([0UL], scalars);
    }
}
