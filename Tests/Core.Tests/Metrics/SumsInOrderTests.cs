using Federated.Core.Metrics;

namespace Federated.Core.Tests.Metrics;

public sealed class SumsInOrderTests
{
    // In this order the sum is 1; in the other ones 1 is lost beside 1e16.
    private static readonly double[] Losses = [1e16, -1e16, 1];

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 2, 0)]
    public void Parts_are_added_by_position_whatever_the_order_in_which_they_come(int first, int second, int third)
    {
        var sums = new SumsInOrder(3);
        foreach (var position in new[] { first, second, third }) sums.Add(position, Part(position));
        Assert.Equal((1.0, 3L, 3), (sums.Total.Sums.LossSum, sums.Total.Sums.Examples, sums.Count));
    }

    [Fact]
    public void Part_that_does_not_come_is_passed_over()
    {
        var sums = new SumsInOrder(3);
        sums.Add(2, Part(2));
        Assert.Equal(1.0, sums.Total.Sums.LossSum);
        sums.Skip(0);
        sums.Skip(1);
        Assert.Equal((1.0, 1), (sums.Total.Sums.LossSum, sums.Count));
    }

    private static EvaluationSums Part(int position) => new(new(1, Losses[position], 0), []);
}
