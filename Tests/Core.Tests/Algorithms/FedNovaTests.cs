using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class FedNovaTests
{
    // Worked out by hand: b = 4 with 3 examples and one step of 1/2, b = 0 with one example and two steps. Round 1 from 0: changes 2 and 0, per step 2 and 0; τ_eff = (3 * 1 + 2) / 4, mean of d
    // 3/4 * 2, x = 1.25 * 1.5 = 1.875. Round 2: changes (4 - 1.875) / 2 = 1.0625, and -1.875 * 3/4 = -1.40625, per step -0.703125; mean (3 * 1.0625 - 0.703125) / 4 = 0.62109375; times 1.25.
    [Fact]
    public void Two_rounds_are_the_hand_computed_ones()
    {
        var federation = Of(new Parabola(4, 3, steps: 1), new Parabola(0, 1, steps: 2));
        Assert.Equal(1.875f, federation.Round()[0], 1e-6f);
        Assert.Equal(1.875f + 1.25f * 0.62109375f, federation.Round()[0], 1e-6f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void With_the_same_work_it_is_fedavg_bit_by_bit(int steps)
    {
        var (nova, fedavg) = (Of(Clients(steps)), new Federation(new AlgorithmSpec { Name = "fedavg" }, Clients(steps)));
        for (var round = 0; round < 5; round++) Assert.Equal(fedavg.Round(), nova.Round());
    }

    // 1/3 has no finite number of bits: a rounding of the mean may differ.
    [Fact]
    public void With_the_same_work_of_any_number_of_steps_it_is_fedavg_but_for_rounding()
    {
        var (nova, fedavg) = (Of(Clients(3)), new Federation(new AlgorithmSpec { Name = "fedavg" }, Clients(3)));
        for (var round = 0; round < 5; round++) Assert.Equal(fedavg.Round()[0], nova.Round()[0], 1e-6f);
    }

    // With small steps the model of fedavg goes where steps weigh: (1 * 10 * 4 + 1 * 2 * 0) / 12; that of all examples is (4 + 0) / 2.
    [Fact]
    public void Who_takes_more_steps_does_not_count_for_more()
    {
        Parabola[] clients = [new(4, 1, 10, 0.001f), new(0, 1, 2, 0.001f)];
        var (nova, fedavg) = (Of(clients), new Federation(new AlgorithmSpec { Name = "fedavg" }, clients));
        for (var round = 0; round < 999; round++) (_, _) = (nova.Round(), fedavg.Round());
        Assert.Equal(2, nova.Model[0], 0.02);
        Assert.Equal(40 / 12.0, fedavg.Model[0], 0.05);
    }

    [Fact]
    public void Running_statistics_are_a_mean_without_the_factor()
    {
        var federation = Of(new Parabola(4, 3, steps: 1, statistic: true), new Parabola(0, 1, steps: 2, statistic: true));
        Assert.Equal(4 * 3 / 3.5f, federation.Round()[1], 1e-6f);   // weights 3 / 1 and 1 / 2
    }

    // The closed forms of section 4.1.
    [Theory]
    [InlineData(1, 0.9)]
    [InlineData(7, 0.9)]
    [InlineData(7, 0)]
    public void Work_with_momentum_is_the_papers(int steps, double momentum) => Assert.Equal(
        (steps - momentum * (1 - Math.Pow(momentum, steps)) / (1 - momentum)) / (1 - momentum), LocalWork.Norm(new() { Momentum = momentum }, 0, new(default, steps, steps * 0.05)), 1e-9);

    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(7, 0.3)]
    public void Work_with_a_proximal_term_is_the_papers(int steps, double alpha) =>
        Assert.Equal((1 - Math.Pow(1 - alpha, steps)) / alpha, LocalWork.Norm(new(), alpha / 0.05, new(default, steps, steps * 0.05)), 1e-9);

    // Independent of how it is found: each a_s is how far the end moves when g_s alone is 1, all other gradients 0.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Work_with_everything_at_once_is_what_impulses_do(bool nesterov)
    {
        var spec = new OptimizerSpec { LearningRate = 0.1, Momentum = 0.8, Nesterov = nesterov, Schedule = new() { Kind = ScheduleKind.Linear, Over = ScheduleUnit.Steps } };
        var (sum, rates) = (0.0, Enumerable.Range(0, 6).Select(step => RateCurve.Of(spec).At(step, 6)).ToArray());
        for (var impulse = 0; impulse < 6; impulse++)
        {
            var (weight, velocity) = (0.0, 0.0);
            for (var step = 0; step < 6; step++)
            {
                var gradient = (step == impulse ? 1 : 0) + 2 * weight;
                velocity = 0.8 * velocity + gradient;
                weight -= rates[step] * (nesterov ? gradient + 0.8 * velocity : velocity);
            }
            sum += Math.Abs(weight);
        }
        Assert.Equal(sum / 0.1, LocalWork.Norm(spec, 2, new(default, 6, rates.Sum())), 1e-9);
    }

    [Fact]
    public void Unknown_work_is_refused()
    {
        Assert.Throws<ArgumentException>(() => LocalWork.Norm(new() { Name = OptimizerName.Adam }, 0, new(default, 2, 1)));
        Assert.Throws<InvalidOperationException>(() => LocalWork.Norm(new(), 0, new(default, 2, 0)));
    }

    private static Parabola[] Clients(int steps) => [new(0.3f, 5, steps, 0.1f), new(-0.7f, 17, steps, 0.1f), new(11.1f, 3, steps, 0.1f)];

    private static Federation Of(params ILocalTrainer[] clients) => new(new AlgorithmSpec { Name = "fednova" }, clients);
}
