using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;

namespace Federated.Core.Tests.Rounds;

public sealed class ClientHealthTests
{
    [Fact]
    public void One_failure_sets_nobody_aside()
    {
        var health = ClientHealth.Fine.After(1, ["a", "b"], ["a"]);
        Assert.Equal(new ClientLapse(1, 0), health.Lapses["a"]);
        Assert.False(health.IsSetAside("a", 1));
        Assert.False(health.IsSetAside("a", 2));
    }

    [Fact]
    public void Failures_on_end_set_a_client_aside_for_doubled_periods_up_to_a_limit()
    {
        var (health, round, periods) = (ClientHealth.Fine, 1, new List<int>());
        for (var failure = 1; failure <= 10; failure++)
        {
            health = health.After(round, ["a"], ["a"]);
            var next = round + 1;
            while (health.IsSetAside("a", next)) next++;
            periods.Add(next - round - 1);
            round = next;
        }
        Assert.Equal([0, 1, 2, 4, 8, 16, 32, 64, 64, 64], periods);
    }

    [Fact]
    public void Success_makes_a_client_well_and_not_being_asked_changes_nothing()
    {
        var health = ClientHealth.Fine.After(1, ["a", "b"], ["a", "b"]).After(2, ["a", "b"], ["a", "b"]);
        health = health.After(4, ["a", "c"], []);
        Assert.Equal(["b"], health.Lapses.Keys);
        Assert.Equal(new ClientLapse(1, 0), health.After(5, ["a"], ["a"]).Lapses["a"]);
    }

    [Fact]
    public void Clients_come_back_early_where_the_minimum_needs_them_those_first_whose_time_is_over_first()
    {
        var health = ClientHealth.Fine.After(1, ["a", "b", "c"], ["a", "b", "c"]).After(2, ["a", "b", "c"], ["a", "b", "c"]).After(3, ["b"], ["b"]);
        Assert.Equal<string>(["d"], health.Eligible(["d", "c", "b", "a"], 3, 1));
        Assert.Equal<string>(["d", "a"], health.Eligible(["d", "c", "b", "a"], 3, 2));
        Assert.Equal<string>(["d", "c", "b", "a"], health.Eligible(["d", "c", "b", "a"], 3, 4));
        Assert.Equal<string>(["d", "c", "a"], health.Eligible(["d", "c", "b", "a"], 4, 1));
    }

    [Fact]
    public void Cohort_leaves_out_who_is_set_aside_and_stays_the_same_for_the_others()
    {
        var clients = Enumerable.Range(0, 10).Select(i => $"c{i}").ToArray();
        var spec = new CohortSpec { Fraction = 0.5, Minimum = 1 };
        var all = CohortSelection.Draw(spec, 7, 3, 1, clients.Select(client => new Candidate(client)), ClientHealth.Fine);
        var ill = all.Clients[0];
        var health = ClientHealth.Fine.After(1, [ill], [ill]).After(2, [ill], [ill]);
        var cohort = CohortSelection.Draw(spec, 7, 3, 1, clients.Select(client => new Candidate(client)), health);
        Assert.Equal((5, 5), (cohort.Clients.Length, cohort.Wanted));
        Assert.DoesNotContain(ill, cohort.Clients);
        Assert.Equal(4, cohort.Clients.Intersect(all.Clients).Count());
    }
}
