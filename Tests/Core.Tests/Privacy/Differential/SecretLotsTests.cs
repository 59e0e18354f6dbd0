using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;

namespace Federated.Core.Tests.Privacy.Differential;

/// <summary>Who takes part, where nobody may know.</summary>
public sealed class SecretLotsTests
{
    private static readonly Candidate[] Clients = [.. Enumerable.Range(0, 20).Select(client => new Candidate($"client-{client:00}"))];

    // 4000 cohorts of each about 6 of 20: every count is binomial, and five standard deviations are passed by chance once in 80,000 runs, all 21 together.
    [Theory]
    [InlineData("poisson")]
    [InlineData("uniform")]
    public void Every_client_is_drawn_as_often_as_the_guarantee_reckons(string kind)
    {
        const int Trials = 4000;
        var (job, random, counts, sizes) = (PrivateJobs.Central($"federation.cohort={{fraction: 0.3, selection: {{kind: {kind}}}}}"), new SeededSecureRandom(1), Clients.ToDictionary(client => client.Id, _ => 0), new List<int>());
        for (var trial = 0; trial < Trials; trial++)
        {
            var cohort = CohortSelection.Draw(job, 1, 1, Clients, ClientHealth.Fine, always: null, random);
            Assert.Equal(cohort.Clients.Order(StringComparer.Ordinal), cohort.Clients);
            Assert.Equal((cohort.Clients.Length, 20), (cohort.Wanted, cohort.Of));
            foreach (var client in cohort.Clients) counts[client]++;
            sizes.Add(cohort.Clients.Length);
        }
        foreach (var count in counts.Values) Assert.Equal(0.3 * Trials, count, 5 * Math.Sqrt(0.3 * 0.7 * Trials));
        if (kind == "uniform") Assert.All(sizes, size => Assert.Equal(6, size));
        else Assert.Equal(20 * 0.3 * 0.7, sizes.Average(size => (size - 6.0) * (size - 6)), 5 * 20 * 0.3 * 0.7 * Math.Sqrt(2.0 / Trials));
    }

    [Fact]
    public void The_seed_does_not_tell_who_was_drawn()
    {
        var job = PrivateJobs.Central("federation.cohort={fraction: 0.5}");
        var cohorts = Enumerable.Range(0, 10).Select(seed => string.Join(' ', CohortSelection.Draw(job, 1, 1, Clients, ClientHealth.Fine, null, new SeededSecureRandom((ulong)seed)).Clients));
        Assert.Equal(10, cohorts.Distinct().Count());
    }

    // Without a guarantee that rests on it, a run is repeated by its seed, poisson too.
    [Fact]
    public void Lots_that_hide_nothing_come_from_the_seed()
    {
        var job = new JobSpec { Federation = new() { Cohort = new() { Fraction = 0.3, Selection = new() { Kind = SelectionKind.Poisson } } } };
        Cohort Draw(int round, int random) => CohortSelection.Draw(job, round, 1, Clients, ClientHealth.Fine, null, new SeededSecureRandom((ulong)random));
        Assert.Equal<string>(Draw(1, 1).Clients, Draw(1, 2).Clients);
        Assert.True(Enumerable.Range(1, 50).Select(round => Draw(round, 1).Clients.Length).Distinct().Count() > 3);
        Assert.Equal(1, CohortSelection.Minimum(job));
    }

    [Fact]
    public void Whether_a_round_counts_does_not_depend_on_how_many_were_drawn()
    {
        Assert.Equal(0, CohortSelection.Minimum(PrivateJobs.Central("federation.cohort={fraction: 0.3, selection: {kind: poisson}}")));
        var nobody = new RoundState { Round = 1, Attempt = 1, Minimum = 0 }.Select(new([], 0, 20));
        Assert.Equal(RoundVerdict.Close, nobody.Decide().Verdict);
        var alone = new RoundState { Round = 1, Attempt = 1, Minimum = 0 }.Select(new(["a"], 1, 20)).Fail("a", "gone");
        Assert.Equal(RoundVerdict.Close, alone.Decide().Verdict);
        Assert.Equal(RoundVerdict.Fail, (new RoundState { Round = 1, Attempt = 1, Minimum = 1 }.Select(new([], 0, 20))).Decide().Verdict);
    }
}
