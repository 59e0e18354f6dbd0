using Federated.Cluster.Tests.Faults;
using Federated.Cluster.Tests.Processes;
using Federated.V1;

namespace Federated.Cluster.Tests;

/// <summary>Real workers that hang or die again and again.</summary>
[Collection(Alone.Name)]
public sealed class FaultyWorkerTests : IDisposable
{
    // More rounds than anybody waits for: the tests end them. A round of one client takes some 30 ms.
    private const string Owners = """
        name: owners
        seed: 5
        model: { name: logistic }
        data: { name: digits, placement: local }
        federation: { rounds: 100000, cohort: { minimum: 1, deadline: 2s } }
        training: { epochs: 1, batch_size: 32 }
        evaluation: { every: 1000 }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public async Task Hanging_owner_costs_rounds_their_deadline_is_set_aside_and_comes_back()
    {
        // It hangs for far less than that, so nobody takes it for dead.
        await using var cluster = await StartAsync("--heartbeat-pause", "60");
        await using var run = await cluster.SubmitAsync(Owners);
        await run.UntilAsync(history => IsOfBoth(history, after: 0));

        cluster.Process("worker-2").Pause();
        var alone = await run.UntilAsync(history => history.Rounds.Values.Any(IsWithoutSecond));
        var aside = await AsideAsync(run, cluster);
        cluster.Process("worker-2").Resume();
        var back = await run.UntilAsync(history => IsOfBoth(history, after: aside.UntilRound));

        Assert.Equal(("client-2", true), (aside.Client, aside.Failures >= 2));
        var problem = Assert.Single(alone.Rounds.Values.First(IsWithoutSecond).Problems);
        Assert.Equal(("client-2", "worker-2"), (problem.Client, problem.Worker));
        Assert.All(back.Rounds.Values, round => Assert.Equal(1u, round.Attempts));
        Assert.Equal(1, cluster.Process("worker-2").Starts);
    }

    [UnixFact]
    public async Task Owner_that_dies_again_and_again_keeps_nobody_else_from_going_on()
    {
        await using var cluster = await StartAsync();
        await using var run = await cluster.SubmitAsync(Owners);
        await run.UntilAsync(history => IsOfBoth(history, after: 0));

        var flapping = cluster.Process("worker-2");
        for (var death = 1; death <= 2; death++)
        {
            var next = await flapping.KillAsync();
            var at = run.History.LastRound;
            await run.UntilAsync(history => history.LastRound > at + 5);
            await flapping.WaitForLineAsync(ChaosCluster.IsReady, next);
            var attached = run.History.LastRound;
            await run.UntilAsync(history => IsOfBoth(history, attached));
        }

        Assert.Equal(3, flapping.Starts);
        Assert.All(run.History.Rounds.Values, round => Assert.Equal(1u, round.Attempts));
    }

    private Task<ChaosCluster> StartAsync(params string[] more) => ChaosCluster.StartAsync(
        _folder.Path, new() { Workers = 2, OwnClients = true, CoordinatorArguments = [.. more], WorkerArguments = [.. more] });

    private static bool IsOfBoth(RunHistory history, uint after) => history.Rounds.Values.Any(round => round.Round > after && round.Updates == 2);

    private static bool IsWithoutSecond(RoundReport round) => round is { Cohort: 2, Updates: 1 };

    private static async Task<SetAsideClient> AsideAsync(RunFollower run, ChaosCluster cluster)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            if ((await run.DetailsAsync()).SetAside is [var aside, ..]) return aside;
            Assert.False(limit.IsCancellationRequested, $"{run.History}{cluster.Transcripts()}");
            await Task.Delay(100, CancellationToken.None);
        }
    }
}
