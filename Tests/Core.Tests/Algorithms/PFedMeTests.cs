using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class PFedMeTests
{
    private static readonly AlgorithmSpec Halves = new() { PfedmeLambda = 1, InnerSteps = 2, PersonalRate = 0.5 };

    // Worked out by hand: b = 4 and 0, two batches, λ = 1, two steps of 1/2 bring θ to its optimum (b + w) / 2, and w goes half the way to it.
    // Round 1 from 0: θ = 2, w = 1, θ = 2.5, w = 1.75; nothing moves for b = 0. Round 2 from the plain mean 0.875: θ = 2.4375, w = 1.65625, θ = 2.828125, w = 2.2421875; θ = 0.4375, w = 0.65625, θ = 0.328125, w = 0.4921875.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = Of(Halves, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([0.875f], federation.Round());
        Assert.Equal([2.5f], federation.Personal(0)!);
        Assert.Equal([1.3671875f], federation.Round());
        Assert.Equal([2.828125f], federation.Personal(0)!);
        Assert.Equal([0.328125f], federation.Personal(1)!);
        Assert.Empty(federation.Kept(0).Vectors);
    }

    // β = 1/2: half of x stays.
    [Fact]
    public void Servers_learning_rate_is_the_share_of_the_mean()
    {
        var federation = Of(Halves with { ServerLearningRate = 0.5 }, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([0.4375f], federation.Round());
    }

    // What the paper promises: with θ solved, steps of w are gradient steps on the Moreau envelope, whose gradient is here a λ / (a + λ) (w - b).
    [Fact]
    public void Steps_of_w_are_down_the_moreau_envelope()
    {
        (double B, double Curvature)[] losses = [(4, 1), (-1, 0.3), (2, 3)];
        var federation = Of(new() { PfedmeLambda = 2, InnerSteps = 200, PersonalRate = 0.1 }, [.. losses.Select(loss => new Parabola((float)loss.B, 1, 4, 0.05f, (float)loss.Curvature))]);
        var x = 0.0;
        for (var round = 0; round < 10; round++)
        {
            x = losses.Average(loss =>
            {
                var w = x;
                for (var step = 0; step < 4; step++) w -= 0.05 * loss.Curvature * 2 / (loss.Curvature + 2) * (w - loss.B);
                return w;
            });
            Assert.Equal(x, federation.Round()[0], 1e-5);
        }
    }

    // (1 - η λ) w + η λ θ with η λ = 1 puts w where θ is, after one plain step of each batch from w: sgd.
    [Fact]
    public void One_inner_step_all_the_way_is_plain_sgd()
    {
        var federation = Of(new() { PfedmeLambda = 2, InnerSteps = 1, PersonalRate = 0.25 }, new Parabola(4, 1, 3, 0.5f));
        Assert.Equal(4 * (1 - Math.Pow(0.75, 3)), federation.Round()[0], 1e-6);
    }

    [Fact]
    public void Running_statistics_are_those_of_the_passes_and_nothing_pulls_at_them()
    {
        var federation = Of(Halves with { PfedmeLambda = 0.5 }, new Parabola(4, 3, statistic: true), new Parabola(0, 1, statistic: true));
        Assert.Equal(2, federation.Round()[1]);
        Assert.Equal(4, federation.Personal(0)![1]);
    }

    [Theory]
    [InlineData(0, 5, 0.1)]
    [InlineData(double.NaN, 5, 0.1)]
    [InlineData(1, 0, 0.1)]
    [InlineData(1, 5, 0)]
    [InlineData(1, 5, double.PositiveInfinity)]
    public void Senseless_options_are_refused(double lambda, int steps, double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Of(new() { PfedmeLambda = lambda, InnerSteps = steps, PersonalRate = rate }, new Parabola(0, 1)));

    private static Federation Of(AlgorithmSpec options, params Parabola[] clients) => new(options with { Name = "pfedme" }, [.. clients]);
}
