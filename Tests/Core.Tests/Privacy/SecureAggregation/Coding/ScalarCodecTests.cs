using Federated.Core.Privacy.SecureAggregation.Coding;

namespace Federated.Core.Tests.Privacy.SecureAggregation.Coding;

public sealed class ScalarCodecTests
{
    [Theory]
    [InlineData(0, 0UL)]
    [InlineData(1, 1UL << 20)]
    [InlineData(-0.5, ulong.MaxValue - (1UL << 19) + 1)]
    [InlineData(600, 600UL << 20)]
    public void Scalar_is_a_multiple_of_its_unit(double value, ulong expected)
    {
        Assert.Equal(expected, ScalarCodec.Encode(value, 10));
        Assert.Equal(value, ScalarCodec.Decode(expected));
    }

    [Fact]
    public void Sums_of_the_largest_scalars_do_not_run_over()
    {
        foreach (var clients in new[] { 1, 3, 1000 })
        {
            var largest = ScalarCodec.Limit / clients - 1;
            var (up, down) = (0UL, 0UL);
            for (var client = 0; client < clients; client++)
            {
                up = unchecked(up + ScalarCodec.Encode(largest, clients));
                down = unchecked(down + ScalarCodec.Encode(-largest, clients));
            }
            Assert.Equal(largest * clients, ScalarCodec.Decode(up), clients * ScalarCodec.Unit);
            Assert.Equal(-largest * clients, ScalarCodec.Decode(down), clients * ScalarCodec.Unit);
            Assert.Throws<ArgumentOutOfRangeException>(() => ScalarCodec.Encode(ScalarCodec.Limit / clients, clients));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => ScalarCodec.Encode(double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScalarCodec.Encode(double.NegativeInfinity, 1));
    }

    [Fact]
    public void Weights_have_forty_bits_behind_the_point()
    {
        Assert.Equal(1UL << 40, ScalarCodec.EncodeWeight(1));
        Assert.Equal(1UL << 20, ScalarCodec.EncodeWeight(RingCodec.MinWeight));
        Assert.Equal(2.25, ScalarCodec.DecodeWeight(ScalarCodec.EncodeWeight(1) + ScalarCodec.EncodeWeight(1) + ScalarCodec.EncodeWeight(0.25)));
        foreach (var weight in new[] { 0, 1.1, double.NaN, 9e-7 }) Assert.Throws<ArgumentOutOfRangeException>(() => ScalarCodec.EncodeWeight(weight));
    }
}
