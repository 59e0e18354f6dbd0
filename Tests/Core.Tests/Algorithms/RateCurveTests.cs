using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Algorithms;

public sealed class RateCurveTests
{
    private static double[] Rates(int total, ScheduleSpec schedule, double rate = 0.8) =>
        [.. Enumerable.Range(0, total).Select(time => RateCurve.Of(new OptimizerSpec { LearningRate = rate, Schedule = schedule }).At(time, total))];

    private static void AssertRates(double[] expected, double[] actual) =>
        Assert.All(expected.Zip(actual, (e, a) => (e, a)), pair => Assert.Equal(pair.e, pair.a, 1e-12));

    [Fact]
    public void Constant_is_the_rate_to_the_bit() => Assert.Equal([0.05, 0.05, 0.05], Rates(3, new(), 0.05));

    [Fact]
    public void Warm_up_grows_evenly_and_then_the_schedule_begins() =>
        AssertRates([0.2, 0.4, 0.6, 0.8, 0.8, 0.08], Rates(6, new() { WarmUp = 3, Kind = ScheduleKind.Step, Every = 2 }));

    [Fact]
    public void Step_falls_every_so_often_and_not_below_the_minimum() => AssertRates(
        [0.8, 0.8, 0.4, 0.4, 0.3, 0.3], Rates(6, new() { Kind = ScheduleKind.Step, Every = 2, Factor = 0.5, Minimum = 0.3 }));

    [Fact]
    public void Exponential_is_smooth_and_meets_step_at_its_falls() => AssertRates(
        [0.8, 0.8 * Math.Sqrt(0.25), 0.2, 0.2 * 0.5, 0.05], Rates(5, new() { Kind = ScheduleKind.Exponential, Every = 2, Factor = 0.25 }));

    [Fact]
    public void Linear_reaches_half_way_to_the_minimum_in_the_middle() => AssertRates([0.8, 0.65, 0.5, 0.35], Rates(4, new() { Kind = ScheduleKind.Linear, Minimum = 0.2 }));

    [Fact]
    public void Cosine_is_equation_five()
    {
        // η_min + (η_max - η_min) (1 + cos(π t / T)) / 2 at t / T = 0, 1/6, 1/3, 1/2, 2/3, 5/6, from the cosines' exact values.
        var root = Math.Sqrt(3) / 2;
        AssertRates([0.8, 0.5 + 0.3 * root, 0.65, 0.5, 0.35, 0.5 - 0.3 * root], Rates(6, new() { Kind = ScheduleKind.Cosine, Minimum = 0.2 }));
        AssertRates([0.4, 0.8, 0.4], Rates(3, new() { Kind = ScheduleKind.Cosine, WarmUp = 1 }));
    }

    [Fact]
    public void A_time_outside_the_total_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RateCurve.Of(new OptimizerSpec()).At(3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => RateCurve.Of(new OptimizerSpec()).At(-1, 3));
    }
}
