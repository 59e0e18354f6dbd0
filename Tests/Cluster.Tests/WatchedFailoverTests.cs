using System.Globalization;
using Federated.Cluster.Tests.Faults;
using Federated.Cluster.Tests.Processes;
using Federated.Core;

namespace Federated.Cluster.Tests;

/// <summary>What somebody sees who watches a run while its coordinator changes.</summary>
[Collection(Alone.Name)]
public sealed class WatchedFailoverTests : IDisposable
{
    private const int Rounds = 14;

    private static readonly string Job = string.Create(CultureInfo.InvariantCulture, $$"""
        name: watched
        seed: 3
        model: { name: mlp }
        data: { name: digits, clients: 8, partition: { kind: dirichlet, alpha: 0.5 } }
        federation: { rounds: {{Rounds}}, cohort: { fraction: 0.5, deadline: 5m } }
        training: { epochs: 10, batch_size: 8 }
        """);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public async Task Command_goes_on_and_shows_each_round_once_when_the_active_coordinator_is_told_to_end_and_the_next_one_killed()
    {
        await using var cluster = await ChaosCluster.StartAsync(_folder.Path, new() { Coordinators = 2 });
        await using var submit = ProcessUnderTest.Start(
            DotNet.Federated, _folder.Path, "submit", _folder.Write("job.yaml", Job), "--watch", "--coordinator", string.Join(',', cluster.Addresses));

        await submit.LineAsync(line => IsRound(line, 3));
        var ended = cluster.Process("coordinator-1").Current;
        ended.Send(UnixSignal.Terminate);
        await submit.LineAsync(line => IsRound(line, 6));
        Assert.Equal(ExitCodes.Success, await ended.ExitAsync());
        await cluster.Process("coordinator-2").KillAsync();

        Assert.True(await submit.ExitAsync() == ExitCodes.Success, $"{submit.Transcript()}{cluster.Transcripts()}");
        var rounds = submit.Output.Where(line => line.StartsWith("round ", StringComparison.Ordinal)).Select(line => line[6..line.IndexOf('/')]);
        Assert.Equal(Enumerable.Range(1, Rounds).Select(round => round.ToString(CultureInfo.InvariantCulture)), rounds);
        Assert.Contains("completed", submit.Output);
    }

    private static bool IsRound(string line, int round) =>
        line.StartsWith(string.Create(CultureInfo.InvariantCulture, $"round {round}/"), StringComparison.Ordinal);
}
