using Federated.Cluster.Tests.Processes;
using Federated.V1;
using Grpc.Net.Client;

namespace Federated.Cluster.Tests;

public sealed class KilledWorkerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public async Task Run_survives_the_kill_of_a_worker_in_the_middle_of_a_round_and_gives_the_same_model()
    {
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        var workers = await Task.WhenAll(Enumerable.Range(1, 2).Select(number => deployment.StartWorkerAsync($"worker-{number}")));
        using var channel = GrpcChannel.ForAddress(deployment.Grpc);
        var runs = new Runs.RunsClient(channel);

        var disturbed = await RunAsync(runs, progress =>
        {
            if (progress is not { Phase: "training", Round: 2, Done: >= 1 } || progress.Done >= progress.Of) return false;
            workers[0].Send(UnixSignal.Kill);
            return true;
        });
        Assert.NotEqual(0, await workers[0].ExitAsync());
        var undisturbed = await RunAsync(runs, _ => true);

        Assert.True(disturbed.KilledInRound is 2, "The worker was not killed within round 2.");
        Assert.Equal([1u, 2u, 3u], disturbed.Rounds.Keys);
        Assert.All(disturbed.Rounds.Values, round => Assert.Equal(12u, round.Updates));
        Assert.Equal(undisturbed.Rounds.Values.Select(round => round.ParametersSha256), disturbed.Rounds.Values.Select(round => round.ParametersSha256));
    }

    [UnixFact]
    public async Task Worker_that_is_killed_and_started_again_at_once_under_its_name_attaches_again()
    {
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        var first = await deployment.StartWorkerAsync("worker-1");
        first.Send(UnixSignal.Kill);
        await first.ExitAsync();

        // Nobody has noticed the death yet.
        var second = await deployment.StartWorkerAsync("worker-1");

        Assert.DoesNotContain(second.Error, line => line.Contains("refused", StringComparison.Ordinal));
    }

    [UnixFact]
    public async Task States_of_clients_survive_the_kill_of_the_worker_that_has_them_and_the_model_is_the_same()
    {
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        var workers = await Task.WhenAll(Enumerable.Range(1, 2).Select(number => deployment.StartWorkerAsync($"worker-{number}")));
        using var channel = GrpcChannel.ForAddress(deployment.Grpc);
        var runs = new Runs.RunsClient(channel);

        var back = Task.CompletedTask;
        var disturbed = await RunAsync(runs, progress =>
        {
            // By then each worker is the home of clients that this round asks again.
            if (progress is not { Phase: "training", Round: 3, Done: >= 1 } || progress.Done >= progress.Of) return false;
            workers[0].Send(UnixSignal.Kill);
            back = StartAgainAsync();
            return true;
        }, Jobs.RoundsWithStates);
        await back;
        var undisturbed = await RunAsync(runs, _ => true, Jobs.RoundsWithStates);

        Assert.True(disturbed.KilledInRound is 3, "The worker was not killed within round 3.");
        Assert.All(disturbed.Rounds.Values, round => Assert.Equal((12u, 1u), (round.Updates, round.Attempts)));
        Assert.Equal(undisturbed.Rounds.Values.Select(round => round.ParametersSha256), disturbed.Rounds.Values.Select(round => round.ParametersSha256));

        async Task StartAgainAsync()
        {
            Assert.NotEqual(0, await workers[0].ExitAsync());
            await deployment.StartWorkerAsync("worker-1");
        }
    }

    private static async Task<(SortedDictionary<uint, RoundReport> Rounds, uint KilledInRound)> RunAsync(Runs.RunsClient runs, Func<RoundProgress, bool> disturb, string job = Jobs.SlowRounds)
    {
        var submitted = await runs.SubmitAsync(new SubmitRequest { JobYaml = job });
        Assert.Empty(submitted.Errors);
        var (rounds, killedInRound) = (new SortedDictionary<uint, RoundReport>(), 0u);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using var watch = runs.Watch(new WatchRequest { Run = submitted.Run }, cancellationToken: limit.Token);
        RunSummary? last = null;
        while (await watch.ResponseStream.MoveNext(limit.Token))
        {
            var next = watch.ResponseStream.Current;
            last = next.Summary;
            if (next.EventCase == RunEvent.EventOneofCase.Round) rounds[next.Round.Round] = next.Round;
            if (killedInRound == 0 && next.EventCase == RunEvent.EventOneofCase.Progress && disturb(next.Progress)) killedInRound = next.Progress.Round;
        }
        Assert.Equal((RunStatus.Completed, ""), (last!.Status, last.Reason));
        return (rounds, killedInRound);
    }
}
