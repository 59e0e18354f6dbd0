using Federated.Core.Jobs;
using Federated.Core.Simulating;

namespace Federated.Core.Tests.Simulating;

public sealed class DropOutsTests
{
    // 10,000 draws of probability 0.3: 3000, give or take 46; 2750 to 3250 is 5.4 standard deviations. The moments of some 3000: a third each, give or take 26. Seeds are fixed, so that it is the same every time.
    [Fact]
    public void As_many_as_asked_for_drop_out_in_each_moment_alike()
    {
        var drawn = Enumerable.Range(1, 100).SelectMany(round => Enumerable.Range(0, 100).Select(client => DropOuts.Of(Job(0.3, masked: true), $"c{client}", round, 1))).OfType<DropOutMoment>().ToArray();
        Assert.InRange(drawn.Length, 2750, 3250);
        foreach (var moment in Enum.GetValues<DropOutMoment>()) Assert.InRange(drawn.Count(other => other == moment), drawn.Length / 3 - 140, drawn.Length / 3 + 140);
    }

    [Fact]
    public void Without_masks_a_client_leaves_once_it_has_trained() =>
        Assert.All(Enumerable.Range(1, 200).Select(round => DropOuts.Of(Job(0.5, masked: false), "a", round, 1)), moment => Assert.True(moment is null or DropOutMoment.Trained));

    [Fact]
    public void Nobody_drops_out_where_nothing_is_asked_for() =>
        Assert.All(Enumerable.Range(1, 200), round => Assert.Null(DropOuts.Of(Job(0, masked: true), "a", round, 1)));

    [Fact]
    public void Every_round_attempt_and_client_is_drawn_anew_and_the_same_again()
    {
        static string Pattern(string client, int attempt) => string.Concat(Enumerable.Range(1, 100).Select(round => DropOuts.Of(Job(0.5, masked: true), client, round, attempt) is { } moment ? moment.ToString()[0] : '-'));
        Assert.Equal(Pattern("a", 1), Pattern("a", 1));
        Assert.Equal(3, new[] { Pattern("a", 1), Pattern("a", 2), Pattern("b", 1) }.Distinct().Count());
    }

    private static JobSpec Job(double share, bool masked) => new() { Seed = 7, Simulation = new() { DropOut = share }, Privacy = new() { SecureAggregation = new() { Enabled = masked } } };
}
