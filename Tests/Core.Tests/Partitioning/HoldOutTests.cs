using Federated.Core.Partitioning;

namespace Federated.Core.Tests.Partitioning;

public sealed class HoldOutTests
{
    [Theory]
    [InlineData(100, 0.29, 29)]   // 0.29 * 100 is 28.999999999999996
    [InlineData(10, 0.1, 1)]
    [InlineData(9, 0.1, 0)]
    [InlineData(1, 0.9, 0)]
    [InlineData(3, 0.99999999999, 2)]
    [InlineData(5, 0, 0)]
    public void Held_share_is_the_fraction_rounded_down_and_never_all(int examples, double fraction, int held)
    {
        var split = HoldOut.Draw([.. Enumerable.Range(100, examples)], fraction, seed: 1);
        Assert.Equal(held, split.Held.Length);
        Assert.Equal(Enumerable.Range(100, examples), split.Kept.Concat(split.Held).Order());
        Assert.Equal(split.Kept.Order(), split.Kept);
        Assert.Equal(split.Held.Order(), split.Held);
    }

    [Fact]
    public void Held_share_depends_on_the_seed_alone()
    {
        var first = HoldOut.Draw([.. Enumerable.Range(0, 50)], 0.5, 1).Held;
        Assert.Equal<int>(first, HoldOut.Draw([.. Enumerable.Range(0, 50)], 0.5, 1).Held);
        Assert.NotEqual<int>(first, HoldOut.Draw([.. Enumerable.Range(0, 50)], 0.5, 2).Held);
    }

    [Fact]
    public void Arguments_outside_their_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => HoldOut.Draw([], 0.5, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => HoldOut.Draw([1], 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => HoldOut.Draw([1], double.NaN, 1));
    }
}
