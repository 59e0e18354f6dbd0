using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;

namespace Federated.Core.Tests.Rounds;

public sealed class SelectionTests
{
    private static readonly Candidate[] Ten = [.. Enumerable.Range(0, 10).Select(i => new Candidate($"client-{i}") { Examples = i + 1 })];

    [Theory]
    [InlineData(SelectionKind.Uniform)]
    [InlineData(SelectionKind.Weighted)]
    [InlineData(SelectionKind.RoundRobin)]
    [InlineData(SelectionKind.PowerOfChoice)]
    [InlineData(SelectionKind.Oort)]
    [InlineData(SelectionKind.Stratified)]
    public void Each_way_asks_as_many_as_are_wanted_whatever_the_order_of_clients_and_sets_aside_who_failed(SelectionKind kind)
    {
        var spec = Spec(kind, 0.3);
        var all = Ten.Select((candidate, i) => candidate with { Last = i % 2 == 0 ? new(1, 5, i, i) : null, Group = i < 4 ? "a" : "b" }).ToArray();
        var health = ClientHealth.Fine.After(1, [], ["client-3"]).After(2, [], ["client-3"]);
        for (var round = 3; round < 30; round++)
        {
            var cohort = CohortSelection.Draw(spec, 7, round, 1, all, health);
            Assert.Equal<string>(cohort.Clients, CohortSelection.Draw(spec, 7, round, 1, all.Reverse(), health).Clients);
            Assert.Equal((3, 3, 10), (cohort.Clients.Distinct().Count(), cohort.Wanted, cohort.Of));
            if (round == 3) Assert.DoesNotContain("client-3", cohort.Clients);
        }
    }

    // Successive draws: the first client is i with p_i, the second j with p_j / (1 - p_i). Sizes 1, 2 and 5: client-2 is there with 5/8 + 1/8 * 5/7 + 2/8 * 5/6 = 0.9226. 20,000 rounds leave a standard
    // deviation of 0.0019 of that, and 0.0033 of the first client's 1/8 + 2/8 * 1/6 + 5/8 * 1/3 = 0.375.
    [Fact]
    public void Lots_in_proportion_to_examples_have_the_probabilities_of_successive_draws()
    {
        Candidate[] three = [new("client-0") { Examples = 1 }, new("client-1") { Examples = 2 }, new("client-2") { Examples = 5 }];
        var shares = Shares(Spec(SelectionKind.Weighted, 0.67), three, 20_000);
        Assert.Equal(0.375, shares["client-0"], 0.015);
        Assert.Equal(0.9226, shares["client-2"], 0.01);
    }

    [Fact]
    public void Sizes_that_nobody_knows_are_the_mean_of_the_others()
    {
        Candidate[] three = [new("client-0"), new("client-1") { Examples = 2 }, new("client-2") { Last = new(1, 4, 1, 1) }];
        var shares = Shares(Spec(SelectionKind.Weighted, 0.01), three, 20_000);
        Assert.Equal(3 / 9.0, shares["client-0"], 0.015);
        Assert.Equal(4 / 9.0, shares["client-2"], 0.015);
    }

    [Fact]
    public void In_turn_all_have_been_asked_before_one_is_asked_again()
    {
        var cohorts = Enumerable.Range(1, 20).Select(round => Draw(Spec(SelectionKind.RoundRobin, 0.2), 7, round, 1, Ten)).ToArray();
        foreach (var cycle in cohorts.Chunk(5)) Assert.Equal(10, cycle.SelectMany(clients => clients).Distinct().Count());
        Assert.Equal(cohorts[0], cohorts[5]);
    }

    // All are candidates: those that never took part, then those of the highest loss.
    [Fact]
    public void Power_of_choice_takes_who_is_unknown_or_has_the_highest_loss()
    {
        var all = Ten.Select((candidate, i) => candidate with { Last = i == 4 ? null : new(1, 5, i, 1) }).ToArray();
        Assert.Equal(["client-4", "client-8", "client-9"], Draw(Spec(SelectionKind.PowerOfChoice, 0.3, new() { Candidates = 10 }), 7, 2, 1, all));
    }

    // Two candidates of three for one place: the one of the lowest loss can never be it, and the one of the highest is with the probability that it is a candidate, 2/3.
    [Fact]
    public void Power_of_choice_looks_at_as_many_candidates_as_it_is_told_to()
    {
        Candidate[] three = [.. Enumerable.Range(0, 3).Select(i => new Candidate($"client-{i}") { Examples = 1, Last = new(1, 1, i, 1) })];
        var shares = Shares(Spec(SelectionKind.PowerOfChoice, 0.01), three, 5000);
        Assert.DoesNotContain("client-0", shares.Keys);
        Assert.Equal(2 / 3.0, shares["client-2"], 0.03);
    }

    // Three of ten, a third of them from those that never took part: one of client-0 to client-4, and two of those of the highest utility. Losses are far apart, so that 95 % of the second is above the third.
    [Fact]
    public void Oort_explores_and_takes_clients_of_much_use()
    {
        var all = Ten.Select((candidate, i) => candidate with { Last = i < 5 ? null : new(5, 10, i * i, 1) }).ToArray();
        for (var round = 6; round < 40; round++)
        {
            var cohort = Draw(Spec(SelectionKind.Oort, 0.3, new() { Exploration = 0.33 }), 7, round, 1, all);
            Assert.Equal(["client-8", "client-9"], cohort[1..]);
            Assert.True(string.CompareOrdinal(cohort[0], "client-5") < 0);
        }
    }

    // The slowest of five takes four times the median: (1 / 4)^2 of its utility, which was the largest. With α = 0 it is asked.
    [Theory]
    [InlineData(2, "client-3")]
    [InlineData(0, "client-4")]
    public void Oort_holds_slowness_against_a_client(double slowness, string expected)
    {
        Candidate[] five = [.. Enumerable.Range(0, 5).Select(i => new Candidate($"client-{i}") { Last = new(1, 10, 10 * (i + 1), i == 4 ? 4 : 1) })];
        Assert.Equal([expected], Draw(Spec(SelectionKind.Oort, 0.2, new() { Exploration = 0, Slowness = slowness }), 7, 2, 1, five));
    }

    // What is long ago counts for more: √(0.1 ln 1000 / 1) is 0.83, of round 900 0.03.
    [Fact]
    public void Oort_asks_again_who_was_not_asked_for_long()
    {
        Candidate[] two = [new("client-0") { Last = new(1, 1, 0.5, 1) }, new("client-1") { Last = new(900, 1, 1, 1) }];
        Assert.Equal(["client-0"], Draw(Spec(SelectionKind.Oort, 0.5, new() { Exploration = 0 }), 7, 1000, 1, two));
    }

    [Fact]
    public void Oort_begins_with_nobody_known_and_ends_with_everybody_known()
    {
        Assert.Equal(5, Draw(Spec(SelectionKind.Oort, 0.5), 7, 1, 1, Ten).Length);
        var known = Ten.Select(candidate => candidate with { Last = new(1, 1, 1, 1) });
        Assert.Equal(5, Draw(Spec(SelectionKind.Oort, 0.5), 7, 2, 1, known).Length);
    }

    // Of 6, 3 and 1, half: 3, 1.5 and 0.5; the last seat goes to either of the last two by lot.
    [Fact]
    public void Groups_have_their_shares_and_what_is_left_over_goes_by_lot()
    {
        var all = Ten.Select((candidate, i) => candidate with { Group = i < 6 ? "a" : i < 9 ? "b" : "c" }).ToArray();
        var cohorts = Enumerable.Range(1, 40).Select(round => Draw(Spec(SelectionKind.Stratified, 0.5), 7, round, 1, all)).ToArray();
        Assert.All(cohorts, clients => Assert.Equal(3, clients.Count(client => string.CompareOrdinal(client, "client-6") < 0)));
        Assert.Contains(cohorts, clients => clients.Contains("client-9"));
        Assert.Contains(cohorts, clients => !clients.Contains("client-9"));
    }

    private static string[] Draw(CohortSpec spec, ulong seed, int round, int attempt, IEnumerable<Candidate> all) => [.. CohortSelection.Draw(spec, seed, round, attempt, all, ClientHealth.Fine).Clients];

    private static Dictionary<string, double> Shares(CohortSpec spec, Candidate[] all, int rounds) =>
        Enumerable.Range(1, rounds).SelectMany(round => Draw(spec, 42, round, 1, all))
            .CountBy(client => client).ToDictionary(client => client.Key, client => client.Value / (double)rounds, StringComparer.Ordinal);

    private static CohortSpec Spec(SelectionKind kind, double fraction, SelectionSpec? selection = null) => new() { Fraction = fraction, Selection = (selection ?? new()) with { Kind = kind } };
}
