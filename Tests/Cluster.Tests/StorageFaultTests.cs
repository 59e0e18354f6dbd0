using Federated.Cluster.Tests.Faults;
using Federated.Cluster.Tests.Processes;
using Federated.Core;
using Federated.V1;

namespace Federated.Cluster.Tests;

/// <summary>Real coordinators whose disk is full, read-only or damaged: each goes on or stops with one clear line, and no committed round is
/// lost.</summary>
public sealed class StorageFaultTests(StorageFaultTests.Undisturbed undisturbed, StorageFaultTests.WholeJournal journal)
    : IClassFixture<StorageFaultTests.Undisturbed>, IClassFixture<StorageFaultTests.WholeJournal>, IDisposable
{
    private const string Job = """
        name: storage
        seed: 13
        model: { name: mlp }
        data: { name: digits, clients: 8, partition: { kind: dirichlet, alpha: 0.5 } }
        federation: { rounds: 14, cohort: { fraction: 0.5, deadline: 10m } }
        training: { epochs: 4, batch_size: 8 }
        evaluation: { every: 3 }
        """;

    private readonly TemporaryFolder _folder = new();

    private StateFolder State => new(Path.Combine(_folder.Path, "state"));

    public void Dispose() => _folder.Dispose();

    [SmallDiskFact]
    public async Task Run_waits_while_a_disk_is_full_or_read_only_and_goes_on_when_it_can_write()
    {
        using var state = new SmallDisk(State.Path);
        using var checkpoints = new SmallDisk(Path.Combine(State.Path, "checkpoints"));
        await using var cluster = await StartAsync();
        await using var run = await cluster.SubmitAsync(Job);
        var coordinator = cluster.Process("coordinator-1").Current;

        await WaitsAsync(2, "could not be kept, trying again", () => Full(checkpoints), checkpoints.Free);
        await WaitsAsync(4, "is not available, trying again until it is", () => Full(state), state.Free);
        await WaitsAsync(6, "trying again", () => Full(state, checkpoints), () =>
        {
            state.Free();
            checkpoints.Free();
        });
        await WaitsAsync(8, "Read-only file system", checkpoints.MakeReadOnlyAsync, checkpoints.MakeWritable);

        await AssertCompletedAsync(cluster, run);
        Assert.Equal(1, cluster.Process("coordinator-1").Starts);

        async Task WaitsAsync(int round, string said, Func<Task> spoil, Action mend)
        {
            await run.CommittedAsync(round);
            var before = coordinator.Error.Count(IsSaid);
            await spoil();
            await coordinator.LineAsync(IsSaid, after: before);
            mend();

            bool IsSaid(string line) => line.Contains(said, StringComparison.Ordinal);
        }

        static Task Full(params SmallDisk[] disks)
        {
            foreach (var disk in disks) disk.Fill();
            return Task.CompletedTask;
        }
    }

    [SmallDiskFact]
    public async Task State_folder_that_is_read_only_at_start_is_one_line_with_the_code_of_a_wrong_option()
    {
        using var disk = new SmallDisk(State.Path);
        await disk.MakeReadOnlyAsync();
        await AssertRefusedAsync(ExitCodes.Usage, $"state-dir is '{State.Path}', where journal.db cannot be written: ");
    }

    [Theory]
    [InlineData("text", ExitCodes.Usage, "where journal.db cannot be written: SQLite Error 26: 'file is not a database'")]
    [InlineData("cut off", ExitCodes.Usage, "where journal.db cannot be written: SQLite Error 11: 'database disk image is malformed'")]
    [InlineData("overwritten", ExitCodes.JournalDamaged, "and was left as it is: SQLite Error 11: 'database disk image is malformed'")]
    [InlineData("row", ExitCodes.JournalDamaged, "The journal of all runs cannot be read, and was left as it is: The journal has ")]
    public async Task Journal_that_is_damaged_ends_the_coordinator_with_one_line_and_is_left_as_it_is(string damage, int code, string said)
    {
        Directory.CreateDirectory(State.Path);
        await File.WriteAllBytesAsync(State.Journal, journal.Bytes);
        var length = journal.Bytes.Length;
        switch (damage)
        {
            case "text":
                await File.WriteAllTextAsync(State.Journal, new string('x', length));
                break;
            case "cut off":
                using (var file = File.OpenWrite(State.Journal)) file.SetLength(length / 2);
                break;
            case "overwritten":
                using (var file = File.OpenWrite(State.Journal))
                {
                    // The first page, with the schema, stays.
                    file.Position = 4096;
                    file.Write(Enumerable.Repeat((byte)0xFF, length - 4096).ToArray());
                }
                break;
            case "row":
                State.FlipRow("runs");
                break;
        }
        var before = await File.ReadAllBytesAsync(State.Journal);

        await AssertRefusedAsync(code, said);

        Assert.Equal(before, await File.ReadAllBytesAsync(State.Journal));
    }

    [Fact]
    public async Task Damaged_checkpoint_sends_the_run_back_to_the_one_before_it_and_missing_ones_fail_it_until_a_retry_that_has_them_back()
    {
        await using var cluster = await StartAsync();
        await using var run = await cluster.SubmitAsync(Job);

        await run.CommittedAsync(3);
        await cluster.Process("coordinator-1").KillAsync(hold: true);
        var damaged = State.LastCheckpoint(run.Run);
        StateFolder.FlipFile(damaged);
        cluster.Process("coordinator-1").Release();
        await run.CommittedAsync(6);
        await cluster.Process("coordinator-1").KillAsync(hold: true);
        Directory.Move(State.Checkpoints(run.Run), Path.Combine(_folder.Path, "away"));
        cluster.Process("coordinator-1").Release();

        var failed = (await run.EndedAsync()).Summary!;
        Assert.Equal(RunStatus.Failed, failed.Status);
        Assert.StartsWith($"No checkpoint of the run can be read: Checkpoint '{State.Checkpoints(run.Run)}", failed.Reason, StringComparison.Ordinal);
        Assert.EndsWith($"`federated retry {run.Run}` goes on.", failed.Reason, StringComparison.Ordinal);

        if (Directory.Exists(State.Checkpoints(run.Run))) Directory.Delete(State.Checkpoints(run.Run));
        Directory.Move(Path.Combine(_folder.Path, "away"), State.Checkpoints(run.Run));
        await using var retry = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "retry", run.Run, "--coordinator", cluster.Addresses[0]);
        Assert.True(await retry.ExitAsync() == ExitCodes.Success, retry.Transcript());
        await using var retried = RunFollower.Follow(cluster.Addresses, run.Run, cluster.Transcripts);
        await AssertCompletedAsync(cluster, retried);
        var incidents = (await retried.DetailsAsync()).Incidents;
        Assert.Contains(incidents, incident => incident.StartsWith("Went back to round ", StringComparison.Ordinal)
            && incident.Contains($"Checkpoint '{damaged}' was changed", StringComparison.Ordinal));
    }

    private Task<ChaosCluster> StartAsync() => ChaosCluster.StartAsync(_folder.Path, new()
    {
        StateFolder = State.Path,
        Workers = 1,
    });

    private async Task AssertCompletedAsync(ChaosCluster cluster, RunFollower run)
    {
        var history = await run.EndedAsync();
        Assert.True(history.Summary is { Status: RunStatus.Completed, Reason: "" }, $"{history}{cluster.Transcripts()}");
        Assert.Empty(history.Conflicts);
        Assert.True(undisturbed.Hashes.SequenceEqual(history.Hashes), $"{history}{cluster.Transcripts()}");
    }

    private async Task AssertRefusedAsync(int code, string said)
    {
        await using var coordinator = ProcessUnderTest.Start(
            DotNet.Federated, _folder.Path, "coordinator", "--port", "0", "--cluster-port", "0", "--state-dir", State.Path);
        Assert.True(await coordinator.ExitAsync() == code, coordinator.Transcript());
        Assert.True(coordinator.Error is [var line] && line.Contains(said, StringComparison.Ordinal), coordinator.Transcript());
    }

    /// <summary>The job without faults.</summary>
    public sealed class Undisturbed() : UndisturbedRun(Job);

    /// <summary>The journal of a coordinator that has taken the job, whole and in one file.</summary>
    public sealed class WholeJournal : IAsyncLifetime
    {
        public byte[] Bytes { get; private set; } = [];

        public async Task InitializeAsync()
        {
            using var folder = new TemporaryFolder();
            var state = new StateFolder(Path.Combine(folder.Path, "state"));
            await using (var cluster = await ChaosCluster.StartAsync(folder.Path, new() { Workers = 0, StateFolder = state.Path }))
            await using (var run = await cluster.SubmitAsync(Job))
                await run.UntilAsync(history => history.Summary is not null);
            state.FoldJournal();
            Bytes = await File.ReadAllBytesAsync(state.Journal);
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
