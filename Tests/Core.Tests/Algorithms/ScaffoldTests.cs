using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class ScaffoldTests
{
    // Worked out by hand: F = (w - b)² / 2 with b = 4 and 0, two steps of 1/2, from 0, variates 0. Round 1: clients reach 3 and 0, x = 1.5.
    // Option I: c_i = x - b = -4 and 0, c = -2. Round 2: o = c - c_i = 2 and -2. Client 1: 1.5 - (−2.5 + 2) / 2 = 1.75, then 1.75 - (−2.25 + 2) / 2 = 1.875. Client 2: 1.5 - (1.5 - 2) / 2 = 1.75, then
    // 1.75 - (1.75 - 2) / 2 = 1.875. x = 1.875: both drift to the common minimum 2. c_i = 1.5 - 4 and 1.5, c = -0.5.
    // Option II: K η = 1, c_i = 0 - 3 and 0, c = -1.5. Round 2: o = 1.5 and -1.5. Client 1: 1.5 - (−2.5 + 1.5) / 2 = 2, then 2 - (−2 + 1.5) / 2 = 2.25. Client 2: 1.5 - 0 = 1.5, 1.5.
    // x = 1.875; c_i = -3 - -1.5 + 1.5 - 2.25 = -2.25 and 0 + 1.5 + 0 = 1.5, c = -0.375.
    [Theory]
    [InlineData(ControlVariates.Gradient, -2, -2.5f, -0.5f)]
    [InlineData(ControlVariates.Steps, -1.5f, -2.25f, -0.375f)]
    public void Two_rounds_are_the_hand_computed_ones(ControlVariates option, float control, float own, float nextControl)
    {
        var federation = Of(option, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([1.5f], federation.Round());
        Assert.Equal([control], federation.State.Slots["control"].ToArray());
        Assert.Equal([1.875f], federation.Round());
        Assert.Equal([nextControl], federation.State.Slots["control"].ToArray());
        Assert.Equal([own], federation.Kept(0).Vectors["control"].ToArray());
        Assert.Equal([1.5f], federation.Kept(1).Vectors["control"].ToArray());
    }

    // One of two clients sends: x moves by its whole change, c by half of the change of its variate.
    [Fact]
    public void Who_did_not_send_keeps_its_variate_and_counts_in_the_servers()
    {
        var federation = Of(ControlVariates.Gradient, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([3], federation.Round(0));
        Assert.Equal([-2], federation.State.Slots["control"].ToArray());
        Assert.Empty(federation.Kept(1).Vectors);
    }

    [Theory]
    [InlineData(ControlVariates.Gradient)]
    [InlineData(ControlVariates.Steps)]
    public void First_round_is_fedavg_with_equal_weights_bit_by_bit(ControlVariates option)
    {
        Parabola[] equal = [new(0.3f, 5, 3, 0.1f), new(-0.7f, 5, 3, 0.1f), new(11.1f, 5, 3, 0.1f)], unequal = [new(0.3f, 1, 3, 0.1f), new(-0.7f, 50, 3, 0.1f), new(11.1f, 7, 3, 0.1f)];
        Assert.Equal(new Federation(new AlgorithmSpec { Name = "fedavg" }, equal).Round(), Of(option, unequal).Round());
    }

    // The minimum of F1 + F2 with curvatures 1 and 3 at 4 and 0 is 1. Clients that take several steps drift past it with fedavg.
    [Theory]
    [InlineData(ControlVariates.Gradient)]
    [InlineData(ControlVariates.Steps)]
    public void It_finds_the_minimum_of_all_where_fedavg_does_not(ControlVariates option)
    {
        Parabola[] clients = [new(4, 1, 10, 0.1f, 1), new(0, 1, 10, 0.1f, 3)];
        var (scaffold, fedavg) = (Of(option, clients), new Federation(new AlgorithmSpec { Name = "fedavg" }, clients));
        for (var round = 0; round < 200; round++) (_, _) = (scaffold.Round(), fedavg.Round());
        Assert.Equal(1, scaffold.Model[0], 1e-4);
        Assert.InRange(Math.Abs(fedavg.Model[0] - 1), 0.2, 1);
    }

    [Fact]
    public void Running_statistics_have_no_variate_and_become_their_mean()
    {
        var federation = Of(ControlVariates.Steps, new Parabola(4, 3, statistic: true), new Parabola(0, 1, statistic: true));
        federation.Round();
        federation.Round();
        Assert.Equal(2, federation.Model[1]);
        Assert.Equal(0, federation.State.Slots["control"].Span[1]);
        Assert.Equal(0, federation.Kept(0).Vectors["control"].Span[1]);
    }

    [Theory]
    [InlineData(ServerOptimizer.FedAvgM, 2)]
    [InlineData(ServerOptimizer.FedAdam, 3)]
    public void Any_server_optimiser_goes_with_it(ServerOptimizer optimizer, int slots)
    {
        var federation = new Federation(new AlgorithmSpec { Name = "scaffold", Server = new() { Optimizer = optimizer } }, new Parabola(4, 3), new Parabola(0, 1));
        federation.Round();
        Assert.NotEqual(federation.Model, federation.Round());
        Assert.Equal((2, slots), (federation.State.Round, federation.State.Slots.Count));
    }

    [Fact]
    public void Rates_of_0_and_means_of_another_length_are_refused()
    {
        Assert.Throws<InvalidOperationException>(() => Of(ControlVariates.Steps, new Parabola(4, 3, rate: 0)).Round());
        var algorithm = AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "scaffold" } } });
        Assert.Throws<ArgumentException>(() => algorithm.Apply(algorithm.Init(new(new Parabola(0, 1).Schema, [0])), new float[1], RoundOf.Nobody));
    }

    private static Federation Of(ControlVariates option, params ILocalTrainer[] clients) => new(new AlgorithmSpec { Name = "scaffold", ControlVariates = option }, clients);
}
