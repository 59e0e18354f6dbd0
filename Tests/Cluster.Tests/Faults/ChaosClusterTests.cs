using Federated.Cluster.Tests.Processes;
using Federated.V1;
using Xunit.Abstractions;

namespace Federated.Cluster.Tests.Faults;

/// <summary>What tests ask of a cluster: processes that are killed, paused and started again, and links that are cut.</summary>
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
    public async Task Cut_link_for_tensors_and_a_killed_coordinator_that_comes_back_on_its_ports_do_not_change_the_model()
    {
        await using var cluster = await ChaosCluster.StartAsync(_folder.Path, new() { LinkTransfers = true });
        var (link, coordinator) = (cluster.Link("link-1"), cluster.Process("coordinator-1"));
        Assert.Same(cluster.Coordinators[0], coordinator);
        Assert.Throws<ArgumentException>(() => cluster.Process("worker-3"));
        Assert.Throws<ArgumentException>(() => cluster.Link("link-2"));

        await using var disturbed = await cluster.SubmitAsync(Jobs.QuickRounds);
        await disturbed.ReachedAsync(2, "training");
        link.SetLive(LinkFault.Reset);
        await disturbed.ReachedAsync(4, "training");
        link.SetLive(LinkFault.Reset);
        var history = await disturbed.EndedAsync();
        var (resets, passed) = (link.Counts.Resets, link.Counts.Up.Passed);
        var ready = await coordinator.WaitForLineAsync(ChaosCluster.IsReady);
        var next = await coordinator.KillAsync();
        Assert.Equal(ready, await coordinator.WaitForLineAsync(ChaosCluster.IsReady, next));
        await using var undisturbed = await cluster.SubmitAsync(Jobs.QuickRounds);
        var expected = await undisturbed.EndedAsync();

        Assert.True(history.Summary!.Status == RunStatus.Completed, $"{history}\n{cluster.Transcripts()}");
        Assert.True(resets > 0 && passed > (long)history.Summary.BytesUp, link.Counts.ToString());
        Assert.Equal(expected.Hashes, history.Hashes);
        Assert.Equal((2, 1, 1), (coordinator.Starts, cluster.Workers[0].Starts, cluster.Workers[1].Starts));
    }
}
