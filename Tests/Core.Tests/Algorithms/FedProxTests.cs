using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Algorithms;

public sealed class FedProxTests
{
    private static readonly ParameterSchema Schema = new([new TensorSpec("1.weight", [1])]);

    // Worked out by hand. With μ = 1 and steps of 1/2 a client is at its optimum (b + x) / 2 after one step and stays there.
    // Round 1 from 0: updates 2 and 0, mean 3/4 * 2. Round 2 from 1.5: updates 1.25 and -0.75, mean (3 * 1.25 - 0.75) / 4.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones() => Assert.Equal([1.5f, 2.25f], Rounds(new() { Name = "fedprox", Mu = 1 }));

    [Fact]
    public void Without_the_term_it_is_fedavg_bit_by_bit() => Assert.Equal(Rounds(new() { Name = "fedavg" }), Rounds(new() { Name = "fedprox", Mu = 0 }));

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Senseless_weights_are_refused(double mu) => Assert.Throws<ArgumentOutOfRangeException>(() => Rounds(new() { Name = "fedprox", Mu = mu }));

    // Losses of the one client, whose model stays, and μ after each round: the first has none before it, then up, five falls, down, another fall, the same, four falls, up.
    [Fact]
    public void Adaptive_weight_follows_the_loss()
    {
        double[] losses = [5, 6, 5, 4, 3, 2, 1, 0.9, 0.9, 0.8, 0.7, 0.6, 0.5, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1];
        float[] weights = [0.05f, 0.15f, 0.15f, 0.15f, 0.15f, 0.15f, 0.05f, 0.05f, 0.05f, 0.05f, 0.05f, 0.05f, 0.05f, 0.15f, 0.15f, 0.15f, 0.15f, 0.15f, 0.05f];
        var algorithm = AlgorithmCatalog.Create(new() { Federation = new() { Rounds = 100, Algorithm = new() { Name = "fedprox", Mu = 0.05, AdaptiveMu = true } } });
        var state = algorithm.Init(new(Schema, [0f]));
        Assert.Equal(0.05f, algorithm.Broadcast(state).Values.Span[1]);
        foreach (var (loss, weight) in losses.Zip(weights))
        {
            state = algorithm.Apply(state, [0], RoundOf.Losses((1, loss)));
            Assert.Equal(weight, algorithm.Broadcast(state).Values.Span[1], 1e-6f);
        }
    }

    // From 2 to (9 * 0.9 + 5) / 10 = 1.31 the loss falls, and on with each round; the plain mean of the clients, (0.9 + 5) / 2, would have risen first.
    [Fact]
    public void Loss_is_weighted_by_examples_and_the_weight_does_not_fall_below_0()
    {
        var algorithm = AlgorithmCatalog.Create(new() { Federation = new() { Rounds = 100, Algorithm = new() { Name = "fedprox", Mu = 0.05, AdaptiveMu = true } } });
        var state = algorithm.Apply(algorithm.Init(new(Schema, [0f])), [0], RoundOf.Losses((1, 2), (1, 2)));
        for (var fall = 1; fall <= 5; fall++) state = algorithm.Apply(state, [0], RoundOf.Losses((9, 1 - fall / 10.0), (1, 5)));
        Assert.Equal(0, algorithm.Broadcast(state).Values.Span[1]);
    }

    // Both rounds with μ = 1, for the loss falls: the hand-computed ones from above.
    [Fact]
    public void Adaptive_weight_is_that_of_the_local_steps()
    {
        var federation = new Federation(new AlgorithmSpec { Name = "fedprox", Mu = 1, AdaptiveMu = true }, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([1.5f], federation.Round());
        Assert.Equal([2.25f], federation.Round());
    }

    private static float[] Rounds(AlgorithmSpec spec)
    {
        var federation = new Federation(spec, new Parabola(4, 3), new Parabola(0, 1));
        return [.. federation.Round(), .. federation.Round()];
    }
}
