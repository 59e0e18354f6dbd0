using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class FedDynTests
{
    // Worked out by hand: F = (w - b)² / 2, α = 1, steps of 1/2, so that one step is at the minimum (b + x + h_k) / 2 and the second stays. From 0: ends 2 and 0, h_k = -2 and 0, Δ = 1,
    // h = -1, x = 1 + 1 = 2. Round 2: ends (4 + 2 - 2) / 2 = 2 and (0 + 2 + 0) / 2 = 1, Δ = -0.5, h_k = -2 and 1, h = -0.5, x = 1.5 + 0.5 = 2: at rest at the common minimum.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = Of(1, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([2], federation.Round());
        Assert.Equal([-2], federation.Kept(0).Vectors["dyn"].ToArray());
        Assert.Equal([-1], federation.State.Slots["dyn"].ToArray());
        Assert.Equal([2], federation.Round());
        Assert.Equal([-2], federation.Kept(0).Vectors["dyn"].ToArray());
        Assert.Equal([1], federation.Kept(1).Vectors["dyn"].ToArray());
        Assert.Equal([-0.5f], federation.State.Slots["dyn"].ToArray());
    }

    // One of two clients sends: h moves by half of its change, x is 2 + 1.
    [Fact]
    public void Who_did_not_send_counts_in_h() => Assert.Equal([3], Of(1, new Parabola(4, 3), new Parabola(0, 1)).Round(0));

    // The minimum of F1 + F2 with curvatures 1 and 3 at 4 and 0 is 1; clients come to rest there, and h_k is the gradient of F_k.
    [Fact]
    public void It_rests_at_the_minimum_of_all_where_fedprox_does_not()
    {
        Parabola[] clients = [new(4, 1, 10, 0.1f, 1), new(0, 1, 10, 0.1f, 3)];
        var (dyn, prox) = (Of(0.5, clients), new Federation(new AlgorithmSpec { Name = "fedprox", Mu = 0.5 }, clients));
        for (var round = 0; round < 300; round++) (_, _) = (dyn.Round(), prox.Round());
        Assert.Equal(1, dyn.Model[0], 1e-3);
        Assert.Equal(-3, dyn.Kept(0).Vectors["dyn"].Span[0], 1e-3);
        Assert.InRange(Math.Abs(prox.Model[0] - 1), 0.2, 1);
    }

    [Fact]
    public void First_update_of_a_client_is_fedproxs_bit_by_bit()
    {
        var client = new Parabola(0.7f, 3, 3, 0.1f);
        var (dyn, prox) = (new float[1], new float[1]);
        Create(0.3).Train(client, [0.2f], dyn, ClientState.Empty);
        AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "fedprox", Mu = 0.3 } } }).Train(client, [0.2f], prox, ClientState.Empty);
        Assert.Equal(prox, dyn);
    }

    [Fact]
    public void Running_statistics_have_no_correction_and_become_their_mean()
    {
        var federation = Of(1, new Parabola(4, 3, statistic: true), new Parabola(0, 1, statistic: true));
        federation.Round();
        Assert.Equal(2, federation.Round()[1]);
        Assert.Equal((0, 0), (federation.State.Slots["dyn"].Span[1], federation.Kept(0).Vectors["dyn"].Span[1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Senseless_weights_are_refused(double alpha) => Assert.Throws<ArgumentOutOfRangeException>(() => Create(alpha));

    private static IFederatedAlgorithm Create(double alpha) => AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "feddyn", Alpha = alpha } } });

    private static Federation Of(double alpha, params ILocalTrainer[] clients) => new(new AlgorithmSpec { Name = "feddyn", Alpha = alpha }, clients);
}
