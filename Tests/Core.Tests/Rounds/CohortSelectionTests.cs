using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;

namespace Federated.Core.Tests.Rounds;

public sealed class CohortSelectionTests
{
    private static readonly string[] Ten = [.. Enumerable.Range(0, 10).Select(i => $"c{i}")];

    [Theory]
    [InlineData(0.1, 100, 1, 1.0, 10, 10)]
    [InlineData(0.25, 10, 1, 1.0, 3, 3)] // 2.5 away from zero
    [InlineData(0.01, 10, 1, 1.0, 1, 1)] // at least one
    [InlineData(0.1, 10, 4, 1.0, 4, 4)] // at least the minimum
    [InlineData(0.5, 10, 1, 1.3, 5, 7)] // 6.5 up
    [InlineData(1.0, 10, 1, 10.0, 10, 10)] // never more than there are
    [InlineData(0.3, 100, 1, 1.1, 30, 33)] // 30 * 1.1 is 33.000000000000004 in binary
    [InlineData(1.0, 2, 5, 1.0, 2, 2)]
    public void Numbers_follow_fraction_minimum_and_over_selection(double fraction, int clients, int minimum, double overSelect, int wanted, int asked)
    {
        var spec = new CohortSpec { Fraction = fraction, Minimum = minimum, OverSelect = overSelect };
        Assert.Equal(wanted, CohortSelection.Wanted(spec, clients));
        Assert.Equal(asked, CohortSelection.Asked(spec, clients));
    }

    [Fact]
    public void Draw_is_the_same_for_the_same_seed_and_round_whatever_the_order_of_the_clients()
    {
        var spec = new CohortSpec { Fraction = 0.4 };
        var one = CohortSelection.Draw(spec, 7, 3, 1, Of(Ten), ClientHealth.Fine);
        var other = CohortSelection.Draw(spec, 7, 3, 1, Of(Ten.Reverse()), ClientHealth.Fine);
        Assert.Equal<string>(one.Clients, other.Clients);
        Assert.Equal(4, one.Wanted);
        Assert.Equal(4, one.Clients.Distinct().Count());
        Assert.Equal<string>(one.Clients.Order(StringComparer.Ordinal), one.Clients);
    }

    [Fact]
    public void Who_is_always_asked_takes_the_place_of_the_last_one_drawn_and_nobody_elses()
    {
        var spec = new CohortSpec { Fraction = 0.4 };
        for (var round = 1; round <= 30; round++)
        {
            var drawn = CohortSelection.Draw(spec, 7, round, 1, Of(Ten), ClientHealth.Fine);
            var with = CohortSelection.Draw(spec, 7, round, 1, Of(Ten), ClientHealth.Fine, always: "c3");

            Assert.Contains("c3", with.Clients);
            Assert.Equal((4, 4, 10), (with.Clients.Length, with.Wanted, with.Of));
            Assert.Equal(drawn.Clients.Contains("c3") ? 4 : 3, with.Clients.Intersect(drawn.Clients).Count());
        }
    }

    [Fact]
    public void Who_is_set_aside_is_asked_where_it_always_is()
    {
        var health = ClientHealth.Fine.After(1, Ten, ["c3"]).After(2, Ten, ["c3"]).After(3, Ten, ["c3"]);
        Assert.True(health.IsSetAside("c3", 4));
        Assert.Contains("c3", CohortSelection.Draw(new(), 7, 4, 1, Of(Ten), health, always: "c3").Clients);
    }

    [Fact]
    public void Rounds_seeds_and_attempts_draw_different_cohorts()
    {
        var spec = new CohortSpec { Fraction = 0.5 };
        var forty = Enumerable.Range(0, 40).Select(i => $"c{i}").ToArray();
        var drawn = new[] { (7ul, 1, 1), (7ul, 2, 1), (8ul, 1, 1), (7ul, 1, 2), (7ul, 1, 3) }
            .Select(key => string.Join(',', CohortSelection.Draw(spec, key.Item1, key.Item2, key.Item3, Of(forty), ClientHealth.Fine).Clients)).ToArray();
        Assert.Equal(drawn.Length, drawn.Distinct().Count());
    }

    [Fact]
    public void Every_client_is_drawn_about_equally_often()
    {
        var spec = new CohortSpec { Fraction = 0.3 };
        var counts = Ten.ToDictionary(client => client, _ => 0);
        for (var round = 1; round <= 2000; round++)
            foreach (var client in CohortSelection.Draw(spec, 42, round, 1, Of(Ten), ClientHealth.Fine).Clients)
                counts[client]++;
        // Binomial(2000, 0.3): mean 600, standard deviation 20.5; five of them on either side.
        Assert.All(counts.Values, count => Assert.InRange(count, 497, 703));
    }

    [Fact]
    public void Draw_from_no_clients_throws() => Assert.Throws<ArgumentException>(() => CohortSelection.Draw(new(), 1, 1, 1, [], ClientHealth.Fine));

    private static IEnumerable<Candidate> Of(IEnumerable<string> clients) => clients.Select(client => new Candidate(client));
}
