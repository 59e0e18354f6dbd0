using Federated.Cluster.Tests.Processes;
using Federated.V1;
using Xunit.Abstractions;

namespace Federated.Cluster.Tests.Faults;

/// <summary>What can be asked of a cluster whose coordinators keep nothing.</summary>
[Collection(Alone.Name)]
public sealed class ChaosClusterTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixFact]
    public async Task Workers_that_are_killed_and_paused_by_a_schedule_do_not_change_the_model()
    {
        await using var cluster = await ChaosCluster.StartAsync(_folder.Path, new() { Workers = 3 });
        var schedule = ChaosSchedule.Draw(3, new()
        {
            Rounds = 3,
            Phases = ["training"],
            Kills = 2,
            KillTargets = ["worker-1", "worker-2"],
            Pauses = 1,
            PauseTargets = ["worker-3"],
            LongestDelay = TimeSpan.FromMilliseconds(300),
            LongestSpan = TimeSpan.FromMilliseconds(300),
        });
        output.WriteLine(schedule.ToString());

        await using var disturbed = await cluster.SubmitAsync(Jobs.QuickRounds);
        await cluster.PlayAsync(schedule, disturbed, output.WriteLine);
        var history = await disturbed.EndedAsync();
        await using var undisturbed = await cluster.SubmitAsync(Jobs.QuickRounds);
        var expected = await undisturbed.EndedAsync();

        Assert.True(history.Summary!.Status == RunStatus.Completed, $"{schedule}\n{history}\n{cluster.Transcripts()}");
        // Not how often: a worker that comes back before its death is known is refused for its name.
        Assert.Equal([true, true, false], cluster.Workers.Select(worker => worker.Starts > 1));
        Assert.Equal(6, history.Rounds.Count);
        Assert.Equal(expected.Hashes, history.Hashes);
    }

    [Fact]
    public async Task Coordinator_that_is_killed_comes_back_on_its_ports_and_its_workers_with_it()
    {
        await using var cluster = await ChaosCluster.StartAsync(_folder.Path, new());
        var coordinator = cluster.Process("coordinator-1");
        var ready = await coordinator.WaitForLineAsync(ChaosCluster.IsReady);

        var next = await coordinator.KillAsync();
        Assert.Equal(ready, await coordinator.WaitForLineAsync(ChaosCluster.IsReady, next));
        await using var run = await cluster.SubmitAsync(Jobs.QuickRounds);

        Assert.Equal(RunStatus.Completed, (await run.EndedAsync()).Summary!.Status);
        Assert.Equal(2, coordinator.Starts);
    }

    [Fact]
    public async Task One_of_two_coordinators_is_killed_and_the_run_goes_on()
    {
        await using var cluster = await ChaosCluster.StartAsync(_folder.Path, new() { Coordinators = 2 });
        await using var run = await RunFollower.SubmitAsync(cluster.Addresses.Reverse(), Jobs.QuickRounds);

        await run.CommittedAsync(1);
        // The first seed forms the cluster, so it has the runs; the other one stands by.
        await cluster.Process("coordinator-2").KillAsync();
        var history = await run.EndedAsync();

        Assert.True(history.Summary!.Status == RunStatus.Completed, $"{history}\n{cluster.Transcripts()}");
        Assert.Equal(6, history.Rounds.Count);
    }

    [Fact]
    public async Task Tensors_go_through_the_links_and_a_cut_does_not_change_the_model()
    {
        await using var cluster = await ChaosCluster.StartAsync(_folder.Path, new() { LinkTransfers = true });
        var link = cluster.Link("link-1");
        await using var disturbed = await cluster.SubmitAsync(Jobs.QuickRounds);

        await disturbed.ReachedAsync(2, "training");
        link.SetLive(LinkFault.Reset);
        await disturbed.ReachedAsync(4, "training");
        link.SetLive(LinkFault.Reset);
        var history = await disturbed.EndedAsync();
        await using var undisturbed = await cluster.SubmitAsync(Jobs.QuickRounds);
        var expected = await undisturbed.EndedAsync();

        Assert.True(history.Summary!.Status == RunStatus.Completed, $"{history}\n{cluster.Transcripts()}");
        Assert.True(link.Counts.Resets > 0 && link.Counts.Up.Passed > (long)history.Summary.BytesUp, link.Counts.ToString());
        Assert.Equal(expected.Hashes, history.Hashes);
    }

    [Fact]
    public async Task Cluster_knows_its_processes_by_name()
    {
        await using var cluster = await ChaosCluster.StartAsync(_folder.Path, new() { Workers = 0 });

        Assert.Same(cluster.Coordinators[0], cluster.Process("coordinator-1"));
        Assert.Throws<ArgumentException>(() => cluster.Process("worker-1"));
        Assert.Throws<ArgumentException>(() => cluster.Link("link-1"));
    }
}
