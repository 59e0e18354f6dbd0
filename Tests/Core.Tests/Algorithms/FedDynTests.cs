using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class FedDynTests
{
    // Worked out by hand: b = 4 and 0, α = 1, two steps of 1/2, of which the first already ends at the minimum of (w - b)² / 2 - g w + (w - x)² / 2, (b + g + x) / 2. Round 1 from 0: 2 and 0;
    // g = -2 and 0, h = -1, x = 1 + 1 = 2. Round 2: (4 - 2 + 2) / 2 = 2 and (0 + 0 + 2) / 2 = 1; g = -2 and 1, h = -1 + 1/2, x = 1.5 + 0.5 = 2. That is the minimum of both, where it stays.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = Of(1, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([2], federation.Round());
        Assert.Equal((-2, 0, -1), (Gradient(federation, 0), Gradient(federation, 1), Mean(federation)));
        Assert.Equal([2], federation.Round());
        Assert.Equal((-2, 1, -0.5f), (Gradient(federation, 0), Gradient(federation, 1), Mean(federation)));
    }

    // One client a round. Round 1: w = 2, g_1 = -2, h = -1/2 * 2, x = 2 + 1. Round 2: w = 3/2, g_2 = 1.5, h = -1 + 1/2 * 1.5, x = 1.5 + 0.25.
    [Fact]
    public void Gradients_of_a_cohort_count_by_its_share_of_all_clients()
    {
        var federation = Of(1, new Parabola(4, 3), new Parabola(0, 1));
        Assert.Equal([3], federation.Round(0));
        Assert.Equal(-1, Mean(federation));
        Assert.Equal([1.75f], federation.Round(1));
        Assert.Equal((-2, 1.5f, -0.25f), (Gradient(federation, 0), Gradient(federation, 1), Mean(federation)));
    }

    // By the paper's own words in double precision: the mean of the models of the cohort, less h / α.
    [Fact]
    public void Ten_rounds_of_changing_cohorts_are_those_of_the_paper()
    {
        const double Alpha = 0.3;
        (double B, double Curvature)[] losses = [(4, 1), (-1, 0.3), (2, 0.7)];
        var federation = Of(Alpha, [.. losses.Select((loss, place) => new Parabola((float)loss.B, 1 + place, 5, 0.1f, (float)loss.Curvature))]);
        var (x, h, kept) = (0.0, 0.0, new double[3]);
        for (var round = 0; round < 10; round++)
        {
            int[] cohort = round % 3 == 0 ? [0, 1, 2] : round % 3 == 1 ? [1, 2] : [0];
            var models = new List<double>();
            foreach (var client in cohort)
            {
                var w = x;
                for (var step = 0; step < 5; step++) w -= 0.1 * (losses[client].Curvature * (w - losses[client].B) - kept[client] + Alpha * (w - x));
                kept[client] -= Alpha * (w - x);
                models.Add(w);
            }
            h -= Alpha * models.Sum(w => w - x) / 3;
            x = models.Average() - h / Alpha;
            Assert.Equal(x, federation.Round(cohort)[0], 1e-4);
            Assert.Equal(kept.Average(), Mean(federation), 1e-4);
        }
    }

    // What the paper is about: F = (w - 4)² / 2 + 0.2 (w + 1)² / 2 is least at (4 - 0.2) / 1.2; fedavg stops elsewhere.
    [Fact]
    public void Clients_that_differ_come_to_the_minimum_of_all_where_fedavg_does_not()
    {
        Parabola[] clients = [new(4, 1, 10, 0.1f), new(-1, 1, 10, 0.1f, 0.2f)];
        var (feddyn, fedavg) = (Of(0.5, clients), new Federation(new AlgorithmSpec { Name = "fedavg" }, clients));
        for (var round = 0; round < 200; round++) (_, _) = (feddyn.Round(), fedavg.Round());
        Assert.Equal(3.8 / 1.2, feddyn.Model[0], 1e-3);
        Assert.True(Math.Abs(fedavg.Model[0] - 3.8 / 1.2) > 0.1, $"fedavg came to {fedavg.Model[0]}");
        // There each client keeps its own gradient, and they cancel.
        Assert.Equal(3.8 / 1.2 - 4, Gradient(feddyn, 0), 1e-3);
        Assert.Equal(0, Mean(feddyn), 1e-3);
    }

    [Fact]
    public void Without_the_term_it_is_fedavg_with_equal_weights_bit_by_bit()
    {
        Parabola[] equal = [new(0.3f, 5, 3, 0.1f), new(-0.7f, 5, 3, 0.1f)], unequal = [new(0.3f, 1, 3, 0.1f), new(-0.7f, 50, 3, 0.1f)];
        foreach (var optimizer in Enum.GetValues<ServerOptimizer>())
        {
            var server = new ServerSpec { Optimizer = optimizer };
            var (feddyn, fedavg) = (new Federation(new AlgorithmSpec { Name = "feddyn", Alpha = 0, Server = server }, unequal), new Federation(new AlgorithmSpec { Name = "fedavg", Server = server }, equal));
            for (var round = 0; round < 3; round++) Assert.Equal(fedavg.Round(), feddyn.Round());
        }
    }

    [Fact]
    public void Running_statistics_have_no_gradients_and_become_their_plain_mean()
    {
        var federation = Of(1, new Parabola(4, 3, statistic: true), new Parabola(0, 1, statistic: true));
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(2, federation.Round()[1]);
            Assert.Equal((0, 0), (federation.State.Slots["dyn"].Span[1], federation.Kept(0).Vectors["gradient"].Span[1]));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Senseless_weights_are_refused(double alpha) => Assert.Throws<ArgumentOutOfRangeException>(() => Of(alpha, new Parabola(0, 1)));

    [Fact]
    public void Gradient_of_another_model_is_refused()
    {
        var algorithm = AlgorithmCatalog.Create(new() { Federation = new() { Algorithm = new() { Name = "feddyn" } } });
        Assert.Throws<ArgumentException>(() => algorithm.Train(new Parabola(0, 1), new float[1], new float[1], ClientState.Empty.With("gradient", new float[3])));
    }

    private static Federation Of(double alpha, params ILocalTrainer[] clients) => new(new AlgorithmSpec { Name = "feddyn", Alpha = alpha }, clients);

    private static float Gradient(Federation federation, int client) => federation.Kept(client).Vectors["gradient"].Span[0];

    private static float Mean(Federation federation) => federation.State.Slots["dyn"].Span[0];
}
