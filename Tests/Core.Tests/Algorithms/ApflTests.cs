using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class ApflTests
{
    // Worked out by hand: b = 4 and 0, two batches, η = 1/2, α = 1/2, so that v steps by a quarter of the gradient at v̄.
    // Round 1 from 0: gradients -4 and -4: w = 2, v = 1; then -2 and, at 1.5, -2.5: w = 3, v = 1.625, v̄ = 2.3125. Round 2 from the plain mean 1.5: -2.5 and, at 1.5625, -2.4375: w = 2.75, v = 2.234375; then -1.25 and, at
    // 2.4921875, -1.5078125: w = 3.375, v = 2.611328125. The other one: w = 0.75, v = -0.1875, then w = 0.375, v = -0.2578125.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = Of(0.5, false, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([1.5f], federation.Round());
        Assert.Equal([2.3125f], federation.Personal(0)!);
        Assert.Equal([1.875f], federation.Round());
        Assert.Equal([2.611328125f], federation.Kept(0).Vectors["own"].ToArray());
        Assert.Equal([2.9931640625f], federation.Personal(0)!);
        Assert.Equal([-0.2578125f], federation.Kept(1).Vectors["own"].ToArray());
        Assert.False(federation.Kept(0).Vectors.ContainsKey("alpha"));
    }

    // The same, but in round 2 α moves with the first batch by η (v - w) times the gradient at v̄: 0.5 + 0.5 * 0.125 * 2.4375. In round 1 v = w there, and it stays.
    [Fact]
    public void Adaptive_alpha_moves_once_a_round_down_the_loss()
    {
        var federation = Of(0.5, true, new Parabola(4, 3), new Parabola(0, 1));
        federation.Round();
        Assert.Equal([0.5f], federation.Kept(0).Vectors["alpha"].ToArray());
        Assert.Equal([1.875f], federation.Round());
        Assert.Equal([0.65234375f], federation.Kept(0).Vectors["alpha"].ToArray());
    }

    // By the paper's equations, in double precision, with α held in [0, 1].
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ten_rounds_are_those_of_the_papers_form(bool adaptive)
    {
        (double B, double Curvature)[] losses = [(4, 1), (-1, 0.3)];
        var federation = Of(0.3, adaptive, [.. losses.Select(loss => new Parabola((float)loss.B, 1, 5, 0.05f, (float)loss.Curvature))]);
        var (x, v, alpha) = (0.0, new double[2], new[] { 0.3, 0.3 });
        for (var round = 0; round < 10; round++)
        {
            var ends = new double[2];
            for (var i = 0; i < 2; i++)
            {
                var w = x;
                for (var step = 0; step < 5; step++)
                {
                    var slope = losses[i].Curvature * (alpha[i] * v[i] + (1 - alpha[i]) * w - losses[i].B);
                    var next = adaptive && step == 0 ? Math.Clamp(alpha[i] - 0.05 * (v[i] - w) * slope, 0, 1) : alpha[i];
                    (w, v[i], alpha[i]) = (w - 0.05 * losses[i].Curvature * (w - losses[i].B), v[i] - 0.05 * alpha[i] * slope, next);
                }
                ends[i] = w;
            }
            x = ends.Average();
            Assert.Equal(x, federation.Round()[0], 1e-5);
            for (var i = 0; i < 2; i++) Assert.Equal(alpha[i] * v[i] + (1 - alpha[i]) * ends[i], federation.Personal(i)![0], 1e-5);
        }
    }

    [Fact]
    public void Model_of_all_does_not_depend_on_alpha()
    {
        Parabola[] clients = [new(0.3f, 5, 3, 0.1f), new(-0.7f, 2, 3, 0.1f)];
        var (one, other) = (Of(0.1, false, clients), Of(0.9, true, clients));
        for (var round = 0; round < 3; round++) Assert.Equal(one.Round(), other.Round());
    }

    // α = 1: three rounds of three plain steps on the client's own loss; α = 0: v̄ is w.
    [Fact]
    public void Alpha_1_learns_from_the_clients_data_alone_and_alpha_0_has_nothing_of_its_own()
    {
        var (alone, common) = (Of(1, false, new Parabola(0.3f, 5, 3, 0.1f), new Parabola(-9, 1)), Of(0, false, new Parabola(0.3f, 5, 3, 0.1f)));
        for (var round = 1; round <= 3; round++)
        {
            alone.Round();
            Assert.Equal(0.3 * (1 - Math.Pow(0.9, 3 * round)), alone.Personal(0)![0], 1e-6);
            Assert.Equal(common.Round()[0], common.Personal(0)![0], 1e-6f);
        }
    }

    // Far apart, the step of α would end beyond 1.
    [Fact]
    public void Adaptive_alpha_stays_a_share()
    {
        var federation = Of(0.9, true, new Parabola(100, 1, 2, 0.2f), new Parabola(-100, 1, 2, 0.2f));
        for (var round = 0; round < 4; round++) federation.Round();
        Assert.Equal(1, federation.Kept(0).Vectors["alpha"].Span[0]);
    }

    [Fact]
    public void Running_statistics_of_the_own_model_are_those_of_its_passes()
    {
        var federation = Of(0.5, true, new Parabola(4, 3, statistic: true), new Parabola(0, 1, statistic: true));
        federation.Round();
        Assert.Equal(2, federation.Round()[1]);
        Assert.Equal(4, federation.Personal(0)![1]);
        Assert.Equal(4, federation.Kept(0).Vectors["own"].Span[1]);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Senseless_shares_are_refused(double alpha) => Assert.Throws<ArgumentOutOfRangeException>(() => Of(alpha, false, new Parabola(0, 1)));

    private static Federation Of(double alpha, bool adaptive, params Parabola[] clients) => new(new AlgorithmSpec { Name = "apfl", ApflAlpha = alpha, AdaptiveAlpha = adaptive }, [.. clients]);
}
