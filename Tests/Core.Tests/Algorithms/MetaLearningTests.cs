using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class MetaLearningTests
{
    // Worked out by hand, α = β = 1/2, b = 4 and 0, one pair of batches. Round 1 from 0: w~ = 2, gradient there -2, w = 1; 0 stays. Round 2 from 0.5: w~ = 2.25, gradient -1.75, change 0.875; w~ = 0.25,
    // change -0.125.
    [Fact]
    public void Two_rounds_of_perfedavg_are_the_hand_computed_ones_whatever_the_sizes()
    {
        var federation = Of(0.5, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([0.5f], federation.Round());
        Assert.Equal([0.875f], federation.Round());
        Assert.Equal([2.25f], federation.Personal(0)!);   // a step of α from 0.5
        Assert.Equal([0.25f], federation.Personal(1)!);
    }

    // After the pair's 1 the third batch is both: w~ = 1 + 1.5, gradient -1.5, w = 1.75.
    [Fact]
    public void Last_batch_of_an_odd_number_is_both() => Assert.Equal([1.75f], Of(0.5, new Parabola(4, 3, steps: 3)).Round());

    [Fact]
    public void Without_a_step_of_its_own_perfedavg_is_plain_steps_along_every_second_batch()
    {
        var fedavg = new Federation(new AlgorithmSpec { Name = "fedavg" }, new Parabola(4, 1, steps: 2), new Parabola(0, 1, steps: 2));
        var perfedavg = Of(0, new Parabola(4, 1, steps: 4), new Parabola(0, 1, steps: 4));
        for (var round = 0; round < 4; round++) Assert.Equal(fedavg.Round(), perfedavg.Round());
    }

    [Fact]
    public void Statistics_move_with_the_passes_and_not_with_the_client_s_own_step()
    {
        var federation = Of(0.5, new Parabola(4, 1, statistic: true));
        Assert.Equal(4, federation.Round()[1]);
        Assert.Equal(0, federation.Personal(0)![1]);
    }

    // From 0: changes 3 and 0, half of their plain mean. From 0.75: changes 2.4375 and -0.5625.
    [Fact]
    public void Two_rounds_of_reptile_are_the_hand_computed_ones_whatever_the_sizes()
    {
        var federation = new Federation(new AlgorithmSpec { Name = "reptile", ServerLearningRate = 0.5 }, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([0.75f], federation.Round());
        Assert.Equal([1.21875f], federation.Round());
        Assert.Equal([3.1875f], federation.Personal(0)!);
    }

    [Fact]
    public void With_a_whole_step_and_equal_sizes_reptile_is_fedavg_bit_by_bit()
    {
        Parabola[] clients = [new(4, 2, 3, 0.3f), new(0.1f, 2, 1, 0.7f), new(-1, 2)];
        var (fedavg, reptile) = (new Federation(new AlgorithmSpec { Name = "fedavg" }, clients), new Federation(new AlgorithmSpec { Name = "reptile" }, clients));
        for (var round = 0; round < 5; round++) Assert.Equal(fedavg.Round(), reptile.Round());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    public void Senseless_rates_are_refused(double alpha) => Assert.Throws<ArgumentOutOfRangeException>(() => Of(alpha, new Parabola(4, 1)));

    private static Federation Of(double alpha, params Parabola[] clients) => new(new AlgorithmSpec { Name = "perfedavg", InnerRate = alpha }, clients);
}
