using System.Collections.Immutable;
using Federated.Core.Rounds;

namespace Federated.Core.Tests.Rounds;

public sealed class ClientHomesTests
{
    [Fact]
    public void Home_is_the_worker_of_the_latest_counted_update_and_nobody_has_one_before()
    {
        var homes = ClientHomes.None.After(1, Made(("a", "w1"), ("b", "w2"))).After(4, Made(("a", "w3")));
        Assert.Equal(new ClientHome("w3", 4), homes.Of("a"));
        Assert.Equal(new ClientHome("w2", 1), homes.Of("b"));
        Assert.Null(homes.Of("c"));
    }

    [Fact]
    public void Run_that_is_set_back_has_the_homes_that_it_had_then()
    {
        var homes = ClientHomes.None.After(1, Made(("a", "w1"))).After(2, Made(("b", "w2"))).After(3, Made(("a", "w3"))).After(5, Made(("a", "w1")));
        var back = homes.BackTo(3);
        Assert.Equal(new ClientHome("w3", 3), back.Of("a"));
        Assert.Equal(new ClientHome("w2", 2), back.Of("b"));
        var further = back.BackTo(1);
        Assert.Equal(new ClientHome("w1", 1), further.Of("a"));
        Assert.Null(further.Of("b"));
        Assert.Empty(further.BackTo(0).Histories);
    }

    [Fact]
    public void Homes_that_a_run_cannot_go_back_to_are_forgotten_and_all_others_are_what_they_were()
    {
        var homes = ClientHomes.None;
        for (var round = 1; round <= 9; round++) homes = homes.After(round, Made(("a", $"w{round}")));
        homes = homes.After(10, Made(("b", "w1"))).After(12, Made(("a", "w12")));
        // The best round, and the last ones.
        int[] restorable = [4, 10, 11, 12];
        var kept = homes.Within(restorable);
        Assert.Equal([12, 9, 4], kept.Histories["a"].Select(home => home.Round));
        Assert.Equal([10], kept.Histories["b"].Select(home => home.Round));
        foreach (var round in restorable)
            foreach (var client in new[] { "a", "b" })
                Assert.Equal(homes.BackTo(round).Of(client), kept.BackTo(round).Of(client));
        // Later ones are left out of fewer.
        Assert.Equal([12, 9], kept.Within([10, 12]).Histories["a"].Select(home => home.Round));
        Assert.Equal([12], kept.Within([12]).Histories["a"].Select(home => home.Round));
    }

    [Fact]
    public void Homes_of_a_run_follow_its_commits_and_are_undone_with_them()
    {
        var run = RunState.Initial.Apply(new RunChange.Started()).Apply(new RunChange.Initialised("h0", [new("a", 5)], 100));
        run = Commit(Commit(Commit(run, 1, "w1"), 2, "w2"), 3, null);
        Assert.Equal(new ClientHome("w2", 2), run.Homes.Of("a"));
        // An attempt that failed leaves no home.
        run = run.Apply(new RunChange.RoundOpened(4, 1, new(["a"], 1, 1))).Apply(new RunChange.RoundFailed(4, 1, "x.", []));
        Assert.Equal(new ClientHome("w2", 2), run.Homes.Of("a"));
        Assert.Equal(new ClientHome("w1", 1), run.Apply(new RunChange.RolledBack(1, "h1")).Homes.Of("a"));
    }

    private static RunState Commit(RunState run, int round, string? worker) =>
        run.Apply(new RunChange.RoundOpened(round, 1, new(["a"], 1, 1)))
            .Apply(new RunChange.RoundCommitted(round, $"h{round}", Measured: false, FailedClients: []) { Homes = worker is null ? Made() : Made(("a", worker)) });

    private static ImmutableSortedDictionary<string, string> Made(params (string Client, string Worker)[] updates) =>
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, updates.Select(update => KeyValuePair.Create(update.Client, update.Worker)));
}
