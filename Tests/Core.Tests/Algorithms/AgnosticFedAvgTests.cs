using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Algorithms;

public sealed class AgnosticFedAvgTests
{
    // Worked out by hand, γ = 0.01. Round 1 from 0: changes 2 and 0, F = 8 and 0; λ = (0.58, 0.5) - 0.04. Round 2 from 1: changes 1.5 and -0.5, F = 4.5 and 0.5; λ = (0.585, 0.465) - 0.025.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones_whatever_the_sizes()
    {
        var federation = Of(0.01, new Parabola(4, 1, steps: 1), new Parabola(0, 9, steps: 1));
        Assert.Equal([1f], federation.Round());
        Assert.Equal([0.54f, 0.46f], Shares(federation));
        Assert.Equal(1.58f, federation.Round()[0], 1e-6f);
        Assert.Equal([0.56f, 0.44f], Shares(federation));
    }

    [Fact]
    public void Without_steps_of_the_weights_it_is_fedavg_of_clients_of_one_size_bit_by_bit()
    {
        Parabola[] clients = [new(4, 5), new(0.1f, 5, 3), new(-1, 5, 1), new(2, 5)];
        var (afl, fedavg) = (Of(0, clients), new Federation(new AlgorithmSpec { Name = "fedavg" }, clients));
        for (var round = 0; round < 5; round++) Assert.Equal(fedavg.Round(), afl.Round());
    }

    // Where the largest loss is least: in the middle of the outer two, however many are in between.
    [Fact]
    public void Worst_client_is_as_well_off_as_it_can_be()
    {
        var federation = Of(0.003, new Parabola(4, 1, 1, 0.1f), new Parabola(0, 9, 1, 0.1f), new Parabola(0.5f, 9, 1, 0.1f));
        for (var round = 0; round < 900; round++) federation.Round();
        Assert.Equal(2, federation.Model[0], 0.05);
        Assert.Equal(0, Shares(federation)[2], 0.02);
    }

    [Fact]
    public void Client_that_does_not_deliver_keeps_its_weight()
    {
        var federation = Of(0.01, new Parabola(4, 1, steps: 1), new Parabola(0, 9, steps: 1));
        federation.Round();
        federation.Round(0);   // alone: the whole of its change, 1.5
        Assert.Equal([2.5f], federation.Model);
        Assert.Equal([0.54f, 0.46f], Shares(federation));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Senseless_steps_are_refused(double gamma) => Assert.Throws<ArgumentOutOfRangeException>(() => Of(gamma, new Parabola(4, 1)));

    [Theory]
    [InlineData(new[] { 0.5, 0.5 }, new[] { 0.5, 0.5 })]
    [InlineData(new[] { 2.0, 0 }, new[] { 1.0, 0 })]
    [InlineData(new[] { 0.6, 0.6, -1 }, new[] { 0.5, 0.5, 0 })]
    [InlineData(new[] { -7.0 }, new[] { 1.0 })]
    [InlineData(new[] { 0.5, 1e16 }, new[] { 0.0, 1 })]
    [InlineData(new[] { 1e30, 1e30 }, new[] { 0.5, 0.5 })]
    [InlineData(new[] { 0.0, 0, 0, 0 }, new[] { 0.25, 0.25, 0.25, 0.25 })]
    public void Projections_are_the_hand_computed_ones(double[] values, double[] expected)
    {
        Simplex.Project(values);
        Assert.All(expected.Zip(values), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    // By bisection for the threshold, which is another way.
    [Fact]
    public void Projection_is_what_bisection_finds()
    {
        var random = new RandomStream(7);
        for (var trial = 0; trial < 200; trial++)
        {
            var values = Enumerable.Range(0, 1 + random.Next(9)).Select(_ => 4 * random.NextDouble() - 2).ToArray();
            var (low, high) = (values.Min() - 2, values.Max());
            for (var step = 0; step < 100; step++)
            {
                var middle = (low + high) / 2;
                if (values.Sum(value => Math.Max(0, value - middle)) > 1) low = middle;
                else high = middle;
            }
            var expected = values.Select(value => Math.Max(0, value - low)).ToArray();
            Simplex.Project(values);
            Assert.All(expected.Zip(values), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        }
    }

    [Fact]
    public void What_has_no_projection_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Simplex.Project([]));
        Assert.Throws<ArgumentException>(() => Simplex.Project([1, double.NaN]));
    }

    private static float[] Shares(Federation federation) =>
        [.. federation.State.Slots.OrderBy(slot => slot.Key, StringComparer.Ordinal).Select(slot => MathF.Round(slot.Value.Span[0], 6))];

    private static Federation Of(double gamma, params Parabola[] clients) => new(new AlgorithmSpec { Name = "afl", Gamma = gamma }, clients);
}
