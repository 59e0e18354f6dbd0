using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class FedSamTests
{
    // Worked out by hand: b = 4 and 0, one step of 1/2, ρ = 1, up is away from b: for b = 4 from x to x - 1. Round 1 from 0: changes (4 + 1) / 2 = 2.5, and 0 at the minimum of the other;
    // mean 3/4 * 2.5 = 1.875. Round 2: changes (2.125 + 1) / 2 = 1.5625 and -(1.875 + 1) / 2 = -1.4375, mean (3 * 1.5625 - 1.4375) / 4 = 0.8125.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = Of("fedsam", 1, new Parabola(4, 3, steps: 1), new Parabola(0, 1, steps: 1));
        Assert.Equal([1.875f], federation.Round());
        Assert.Equal([2.6875f], federation.Round());
    }

    [Fact]
    public void With_a_radius_of_0_it_is_fedavg_bit_by_bit()
    {
        Parabola[] clients = [new(0.3f, 5, 3, 0.1f), new(-0.7f, 17, 3, 0.1f)];
        var (sam, fedavg) = (Of("fedsam", 0, clients), Of("fedavg", 0.05, clients));
        for (var round = 0; round < 3; round++) Assert.Equal(fedavg.Round(), sam.Round());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Senseless_radii_are_refused(double radius) => Assert.Throws<ArgumentOutOfRangeException>(() => Of("fedsam", radius, new Parabola(0, 1)));

    private static Federation Of(string name, double radius, params ILocalTrainer[] clients) => new(new AlgorithmSpec { Name = name, Rho = radius }, clients);
}
