using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Metrics;

namespace Federated.Core.Tests.Metrics;

public sealed class ClientSpreadTests
{
    // Worked out by hand: accuracies 0.9, 0.5, 0.1, 0.5. Mean 0.5, variance (0.16 + 0 + 0.16 + 0) / 4. Differences of the six pairs: 0.4, 0.8, 0.4, 0.4, 0, 0.4, in all 2.4, twice over 16 ordered pairs.
    [Fact]
    public void Accuracies_of_four_clients_give_the_hand_computed_numbers()
    {
        var spread = ClientSpread.Of([new(10, 1, 9), new(2, 1, 1), new(100, 1, 10), new(4, 1, 2)], ofLoss: false)!;
        Assert.Equal((4, false, 0.1), (spread.Clients, spread.OfLoss, spread.WorstTenth));
        Assert.Equal(0.5, spread.Mean, 1e-12);
        Assert.Equal(0.08, spread.Variance, 1e-12);
        Assert.Equal(0.3, spread.MeanDifference, 1e-12);
        Assert.Equal(0.3, spread.Gini, 1e-12);
    }

    // Mean losses 1 to 11: two of eleven are the worst tenth, rounded up.
    [Fact]
    public void Worst_losses_are_the_highest_and_their_tenth_is_rounded_up()
    {
        var losses = Enumerable.Range(1, 11).Select(loss => new MetricSums(2, 2.0 * loss, 0)).ToImmutableArray();
        Assert.Equal((10.5, 6.0, 10.0), (ClientSpread.Of(losses, ofLoss: true)!.WorstTenth, ClientSpread.Of(losses, ofLoss: true)!.Mean, ClientSpread.Of(losses, ofLoss: true)!.Variance));
    }

    [Theory]
    [InlineData(10, 0.01)]
    [InlineData(11, 0.015)]
    [InlineData(20, 0.015)]
    [InlineData(21, 0.02)]
    public void Lowest_tenth_has_at_least_a_tenth_of_the_clients(int clients, double expected) =>
        Assert.Equal(expected, ClientSpread.Of([.. Enumerable.Range(1, clients).Select(correct => new MetricSums(100, 0, correct))], ofLoss: false)!.WorstTenth, 1e-12);

    // One of n has everything: Gini's coefficient is (n - 1) / n. All alike: 0.
    [Fact]
    public void Gini_is_0_for_equals_and_highest_where_one_has_everything()
    {
        Assert.Equal(0.8, ClientSpread.Of([new(1, 0, 0), new(1, 0, 0), new(1, 0, 1), new(1, 0, 0), new(1, 0, 0)], ofLoss: false)!.Gini, 1e-12);
        Assert.Equal(0, ClientSpread.Of([.. Enumerable.Repeat(new MetricSums(3, 0, 1), 7)], ofLoss: false)!.Gini);
    }

    [Fact]
    public void Gini_is_the_mean_difference_of_all_pairs_over_twice_the_mean()
    {
        var clients = Enumerable.Range(1, 30).Select(i => new MetricSums(97, 0, i * i * 31 % 97)).ToImmutableArray();
        var accuracies = clients.Select(client => client.Accuracy).ToArray();
        var difference = accuracies.SelectMany(_ => accuracies, (a, b) => Math.Abs(a - b)).Average();
        Assert.Equal(difference / (2 * accuracies.Average()), ClientSpread.Of(clients, ofLoss: false)!.Gini, 1e-12);
    }

    [Fact]
    public void Gini_without_a_mean_above_0_is_undefined()
    {
        var spread = ClientSpread.Of([new(4, 1, 0), new(5, 1, 0)], ofLoss: false)!;
        Assert.False(spread.HasGini);
        Assert.Throws<InvalidOperationException>(() => spread.Gini);
    }

    [Fact]
    public void Order_of_clients_does_not_matter()
    {
        ImmutableArray<MetricSums> clients = [new(10, 3, 7), new(3, 1, 1), new(7, 5, 2)];
        Assert.Equal(ClientSpread.Of(clients, ofLoss: true), ClientSpread.Of([.. clients.Reverse()], ofLoss: true));
    }

    [Fact]
    public void Nobody_measured_gives_nothing_and_a_client_without_examples_throws()
    {
        Assert.Null(ClientSpread.Of([], ofLoss: false));
        Assert.Throws<InvalidOperationException>(() => ClientSpread.Of([default], ofLoss: false));
    }
}
