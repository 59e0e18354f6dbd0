using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class QFedAvgTests
{
    // Worked out by hand, L = 2. Round 1 from 0: F = 8 and 2, changes 2 and -1: (8 * 2 - 2 * 1) / ((2 * 4 + 8) + (2 * 1 + 2)) = 14 / 20.
    // Round 2 from 0.7: F = 5.445 and 3.645, changes 1.65 and -1.35: (8.98425 - 4.92075) / ((5.445 + 5.445) + (3.645 + 3.645)).
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = Of(1, new Parabola(4, 1, steps: 1), new Parabola(-2, 1, steps: 1));
        Assert.Equal(0.7f, federation.Round()[0], 1e-6f);
        Assert.Equal(0.7f + 4.0635f / 18.18f, federation.Round()[0], 1e-6f);
    }

    // (3 * 8 * 2 - 2 * 1) / (3 * 16 + 4)
    [Fact]
    public void Clients_count_by_their_examples() =>
        Assert.Equal(46 / 52f, Of(1, new Parabola(4, 3, steps: 1), new Parabola(-2, 1, steps: 1)).Round()[0], 1e-6f);

    [Fact]
    public void With_q_0_it_is_fedavg_bit_by_bit()
    {
        Parabola[] clients = [new(4, 3, statistic: true), new(0.1f, 2, statistic: true), new(-1, 1, 3, statistic: true)];
        var (fair, fedavg) = (Of(0, clients), new Federation(new AlgorithmSpec { Name = "fedavg" }, clients));
        for (var round = 0; round < 5; round++) Assert.Equal(fedavg.Round(), fair.Round());
    }

    // Where the weighted losses to the power of q + 1 are least: 9 (2 + x)^(2 q + 1) = (4 - x)^(2 q + 1).
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Losses_come_nearer_to_each_other_with_more_q(double q)
    {
        Parabola[] clients = [new(-2, 9, 1, 0.1f), new(4, 1, 1, 0.1f)];
        var (fair, fedavg) = (Of(q, clients), new Federation(new AlgorithmSpec { Name = "fedavg" }, clients));
        for (var round = 0; round < 900; round++) (_, _) = (fair.Round(), fedavg.Round());
        var ratio = Math.Pow(9, 1 / (2 * q + 1));
        Assert.Equal((4 - 2 * ratio) / (1 + ratio), fair.Model[0], 0.01);
        Assert.Equal(-1.4, fedavg.Model[0], 0.01);
    }

    [Fact]
    public void Running_statistics_are_averaged_by_examples() => Assert.Equal(2.5f, Of(1, new Parabola(4, 3, statistic: true), new Parabola(-2, 1, statistic: true)).Round()[1], 1e-6f);

    // To the power of 20, 100 times the last round's loss is no number that sums could hold with others.
    [Fact]
    public void Powers_that_cannot_be_counted_are_an_error_with_its_remedy()
    {
        var error = Assert.Throws<ArithmeticException>(() => Of(20, new Parabola(20, 1)).Round());
        Assert.Contains("Lower federation.algorithm.q", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(0.5, true)]
    public void Update_without_a_divisor_is_refused_alone(float h, bool may) =>
        Assert.Equal(may, AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "qfedavg" } } }).Refusal([1, h]) is null);

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Senseless_powers_are_refused(double q) => Assert.Throws<ArgumentOutOfRangeException>(() => Of(q, new Parabola(4, 1)));

    private static Federation Of(double q, params Parabola[] clients) =>
        new(new JobSpec { Federation = new() { Rounds = 1000, Algorithm = new() { Name = "qfedavg", Q = q } } }, clients);
}
