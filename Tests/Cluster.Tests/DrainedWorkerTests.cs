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

    [UnixFact]
    public async Task Worker_that_is_told_to_end_in_the_middle_of_a_round_ends_cleanly_and_costs_the_round_nothing()
    {
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        await deployment.StartWorkerAsync("stays");
        using var channel = GrpcChannel.ForAddress(deployment.Grpc);
        var runs = new Runs.RunsClient(channel);

        var patient = await LeftAsync("patient", "60");
        var hurried = await LeftAsync("hurried", "0");
        var undisturbed = await RunAsync(runs, _ => { });

        foreach (var (_, rounds) in new[] { patient, hurried })
        {
            Assert.Equal([1u, 2u, 3u], rounds.Select(round => round.Round));
            Assert.All(rounds, round => Assert.Equal((12u, 1u, 0), (round.Updates, round.Attempts, round.Problems.Count)));
            Assert.Equal(undisturbed.Select(round => round.ParametersSha256), rounds.Select(round => round.ParametersSha256));
        }
        // What it had time for it has finished.
        Assert.DoesNotContain(patient.Worker.Error, line => line.Contains("given up", StringComparison.Ordinal));

        async Task<(ProcessUnderTest Worker, IReadOnlyCollection<RoundReport> Rounds)> LeftAsync(string name, string drainTimeout)
        {
            var worker = deployment.Add(ProcessUnderTest.Start(
                WorkerHost, _folder.Path, "--name", name, "--seeds", deployment.Cluster, "--slots", "1", "--state-dir", name, "--drain-timeout", drainTimeout));
            await worker.LineAsync(line => line.StartsWith($"Worker {name} is attached", StringComparison.Ordinal));
            var told = false;
            var rounds = await RunAsync(runs, progress =>
            {
                if (told || progress is not { Phase: "training", Round: 2, Done: >= 1 and <= 6 }) return;
                worker.Send(UnixSignal.Terminate);
                told = true;
            });
            Assert.True(told, $"The {name} worker was not told to end within round 2.");
            Assert.True(await worker.ExitAsync() == ExitCodes.Success, worker.Transcript());
            return (worker, rounds);
        }
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
