using Federated.Cluster.Tests.Processes;
using Federated.Core;
using Federated.V1;
using Grpc.Net.Client;

namespace Federated.Cluster.Tests;

public sealed class DrainedWorkerTests : IDisposable
{
    private static readonly string WorkerHost = Path.Combine(AppContext.BaseDirectory, "Federated.Worker.dll");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixTheory]
    [InlineData("60")]
    [InlineData("0")]
    public async Task Worker_that_is_told_to_end_in_the_middle_of_a_round_ends_cleanly_and_costs_the_round_nothing(string drainTimeout)
    {
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        await deployment.StartWorkerAsync("stays");
        var leaves = deployment.Add(ProcessUnderTest.Start(
            WorkerHost, _folder.Path, "--name", "leaves", "--seeds", deployment.Cluster, "--slots", "1", "--drain-timeout", drainTimeout));
        await leaves.LineAsync(line => line.StartsWith("Worker leaves is attached", StringComparison.Ordinal));
        using var channel = GrpcChannel.ForAddress(deployment.Grpc);
        var runs = new Runs.RunsClient(channel);
        var told = false;

        var disturbed = await RunAsync(runs, progress =>
        {
            if (told || progress is not { Phase: "training", Round: 2, Done: >= 1 and <= 6 }) return;
            leaves.Send(UnixSignal.Terminate);
            told = true;
        });
        Assert.True(told, "The worker was not told to end within round 2.");
        Assert.True(await leaves.ExitAsync() == ExitCodes.Success, leaves.Transcript());
        var undisturbed = await RunAsync(runs, _ => { });

        Assert.Equal([1u, 2u, 3u, 4u], disturbed.Select(round => round.Round));
        Assert.All(disturbed, round => Assert.Equal((12u, 1u, 0), (round.Updates, round.Attempts, round.Problems.Count)));
        Assert.Equal(undisturbed.Select(round => round.ParametersSha256), disturbed.Select(round => round.ParametersSha256));
        // What it had time for it has finished.
        if (drainTimeout != "0") Assert.DoesNotContain(leaves.Error, line => line.Contains("given up", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyCollection<RoundReport>> RunAsync(Runs.RunsClient runs, Action<RoundProgress> onProgress)
    {
        var submitted = await runs.SubmitAsync(new SubmitRequest { JobYaml = Jobs.SlowRounds });
        Assert.Empty(submitted.Errors);
        var rounds = new SortedDictionary<uint, RoundReport>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using var watch = runs.Watch(new WatchRequest { Run = submitted.Run }, cancellationToken: limit.Token);
        RunSummary? last = null;
        while (await watch.ResponseStream.MoveNext(limit.Token))
        {
            var next = watch.ResponseStream.Current;
            last = next.Summary;
            if (next.EventCase == RunEvent.EventOneofCase.Round) rounds[next.Round.Round] = next.Round;
            if (next.EventCase == RunEvent.EventOneofCase.Progress) onProgress(next.Progress);
        }
        Assert.Equal((RunStatus.Completed, ""), (last!.Status, last.Reason));
        return rounds.Values;
    }
}
