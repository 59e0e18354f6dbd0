using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class MimeLiteTests
{
    // Worked out by hand: b = 4 and 0, two steps of 1/2, β = 1/2. Round 1 from 0 without momentum: 3 and 0, x = 1.5; gradients at 0: -4 and 0, m = -2. Round 2, each step with -1 added:
    // 1.5 + (2.5 + 1) / 2 = 3.25, then 3.25 + (0.75 + 1) / 2 = 4.125; 1.5 + (-1.5 + 1) / 2 = 1.25, then 1.25 + (-1.25 + 1) / 2 = 1.125. x = 2.625; gradients at 1.5: -2.5 and 1.5, m = -1 - 0.5.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = Of(0.5, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([1.5f], federation.Round());
        Assert.Equal([-2], federation.State.Slots["mime"].ToArray());
        Assert.Equal([2.625f], federation.Round());
        Assert.Equal([-1.5f], federation.State.Slots["mime"].ToArray());
    }

    // By the paper's own form in double precision: steps of η / (1 - β) along (1 - β) g + β m, m ← (1 - β) g + β m.
    [Fact]
    public void Ten_rounds_are_those_of_the_papers_form()
    {
        (double B, double Curvature)[] losses = [(4, 1), (-1, 0.3)];
        var federation = Of(0.8, [.. losses.Select(loss => new Parabola((float)loss.B, 1, 5, 0.05f, (float)loss.Curvature))]);
        var (x, m) = (0.0, 0.0);
        for (var round = 0; round < 10; round++)
        {
            var ends = losses.Select(loss =>
            {
                var y = x;
                for (var step = 0; step < 5; step++) y -= 0.05 / 0.2 * (0.2 * loss.Curvature * (y - loss.B) + 0.8 * m);
                return y;
            }).ToArray();
            m = 0.2 * losses.Average(loss => loss.Curvature * (x - loss.B)) + 0.8 * m;
            x = ends.Average();
            Assert.Equal(x, federation.Round()[0], 1e-4);
        }
    }

    [Fact]
    public void Without_momentum_it_is_fedavg_with_equal_weights_bit_by_bit()
    {
        Parabola[] equal = [new(0.3f, 5, 3, 0.1f), new(-0.7f, 5, 3, 0.1f)], unequal = [new(0.3f, 1, 3, 0.1f), new(-0.7f, 50, 3, 0.1f)];
        var (mime, fedavg) = (Of(0, unequal), new Federation(new AlgorithmSpec { Name = "fedavg" }, equal));
        for (var round = 0; round < 3; round++) Assert.Equal(fedavg.Round(), mime.Round());
    }

    [Fact]
    public void Running_statistics_have_no_momentum_and_become_their_mean()
    {
        var federation = Of(0.5, new Parabola(4, 3, statistic: true), new Parabola(0, 1, statistic: true));
        federation.Round();
        Assert.Equal(2, federation.Round()[1]);
        Assert.Equal(0, federation.State.Slots["mime"].Span[1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Senseless_momentum_is_refused(double beta) => Assert.Throws<ArgumentOutOfRangeException>(() => Of(beta, new Parabola(0, 1)));

    private static Federation Of(double beta, params ILocalTrainer[] clients) => new(new AlgorithmSpec { Name = "mimelite", MimeBeta = beta }, clients);
}
