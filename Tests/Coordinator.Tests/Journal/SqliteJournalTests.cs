using System.Data.Common;
using Federated.Coordinator.Actors;
using Federated.Coordinator.Journal;
using Federated.Coordinator.Storage;
using Federated.Coordinator.Tests.Storage;
using Federated.Core.Jobs;
using Federated.V1;
using Microsoft.Data.Sqlite;

namespace Federated.Coordinator.Tests.Journal;

/// <summary>The journal in a file of the state folder, whole and damaged.</summary>
public sealed class SqliteJournalTests : JournalContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("federated-journal-").FullName;

    private protected override string Hocon => JournalSettings.Hocon(_folder, null);

    private protected override ICheckpointStore Kept => field ??= new FolderCheckpoints(Path.Combine(_folder, "checkpoints"));

    private protected override DbConnection Connect() =>
        new SqliteConnection($"Data Source={Path.Combine(_folder, JournalSettings.FileName)};Pooling=False");

    public override Task InitializeAsync() => JournalSettings.PrepareSqliteAsync(_folder, CancellationToken.None);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [ContractFact]
    public async Task Damaged_row_fails_its_run_with_the_reason_until_it_is_whole_again_and_others_go_on()
    {
        var (damaged, other) = await InTheMiddleAsync(Half(3), Half(2));
        var whole = await FlipAsync($"run-{damaged}", 4);
        var before = await RowsAsync();

        string reason;
        await using (var system = StartSystem(Answer))
        {
            Assert.Equal(await ExpectedAsync(Half(2)), await CompletedAsync(system, other));
            var listed = (await Ask<ListReply>(system.Runs, GetRuns.Instance)).Runs.Single(run => run.Run == damaged);
            reason = listed.Reason;
            Assert.Equal(RunStatus.Failed, listed.Status);
            // Nobody is left without an answer, and nobody begins it again by asking.
            Assert.Equal(listed, (await Find<RunDetails>(system.Runs, new GetRun(damaged)))!.Summary);
            Assert.Equal(listed, await Find<RunSummary>(system.Runs, new StopRun(damaged)));
            Assert.Equal(reason, (await Ask<RunRefused>(system.Runs, new RetryRun(damaged))).Detail);
            Assert.Equal(reason, (await Ask<RunRefused>(system.Runs, new GetModel(damaged))).Detail);
        }
        Assert.Matches("^Its journal cannot be read, and was left as it is: The journal has [0-9]+ bytes that are not a federated", reason);
        Assert.EndsWith("the entry is damaged. Restore the journal from a copy and start the coordinator again.", reason, StringComparison.Ordinal);
        Assert.Equal(before.Where(row => row.Id == $"run-{damaged}"), (await RowsAsync()).Where(row => row.Id == $"run-{damaged}"), Same);

        await ReplaceAsync($"run-{damaged}", 4, whole);
        Assert.Equal(await ExpectedAsync(Half(3)), await CompletedAsync(StartSystem(Answer), damaged));
        await AssertCommittedOnceAsync(damaged, 3);
    }

    [ContractFact]
    public async Task Missing_row_fails_its_run_with_the_reason_until_it_is_back()
    {
        var (damaged, other) = await InTheMiddleAsync(Half(3), Half(1));
        const string Take = "update journal set persistence_id = 'elsewhere' where persistence_id = @id and sequence_number = 5";
        Assert.Equal(1, await ExecuteAsync(Take, ("@id", $"run-{damaged}")));

        await using (var system = StartSystem(Answer))
        {
            await CompletedAsync(system, other);
            var reason = (await DetailsAsync(system, damaged))!.Summary.Reason;
            Assert.Matches("^Its journal cannot be read, and was left as it is: Entry 5 of [0-9]+ is missing. ", reason);
        }

        await ExecuteAsync("update journal set persistence_id = @id where persistence_id = 'elsewhere'", ("@id", $"run-{damaged}"));
        Assert.Equal(await ExpectedAsync(Half(3)), await CompletedAsync(StartSystem(Answer), damaged));
    }

    [ContractFact]
    public async Task Damaged_row_of_the_list_of_runs_ends_the_coordinator_and_changes_nothing()
    {
        var (run, _) = await InTheMiddleAsync(Half(2), Half(1));
        var whole = await FlipAsync(CatalogActor.Id, 2);
        var before = await RowsAsync();

        await using (var system = StartSystem(Answer))
        {
            var reason = await system.Damaged.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.StartsWith("The journal of all runs cannot be read, and was left as it is: The journal has ", reason, StringComparison.Ordinal);
            Assert.IsType<JournalUnavailable>(await Ask<object>(system.Runs, GetRuns.Instance));
        }
        Assert.Equal(before, await RowsAsync(), Same);

        await ReplaceAsync(CatalogActor.Id, 2, whole);
        Assert.Equal(await ExpectedAsync(Half(2)), await CompletedAsync(StartSystem(Answer), run));
    }

    [ContractFact]
    public async Task Snapshot_is_used_while_it_is_whole_and_all_entries_are_read_when_it_is_not()
    {
        const int Rounds = 38;
        var run = await UntilAsync(36, Half(Rounds));
        Assert.Equal(1, await ExecuteAsync("update snapshot set created = created where persistence_id = @id", ("@id", $"run-{run}")));

        // An entry before the snapshot is not looked at.
        var whole = await FlipAsync($"run-{run}", 6);
        await using (var system = StartSystem(task => task.Id.Round >= 37 ? null : Answer(task)))
            await EventuallyAsync(async () => await DetailsAsync(system, run) is { Summary.Round: 36 });

        await FlipSnapshotAsync(run);
        await using (var system = StartSystem(Answer))
            await EventuallyAsync(async () => await DetailsAsync(system, run) is { Summary.Status: RunStatus.Failed });

        await ReplaceAsync($"run-{run}", 6, whole);
        Assert.Equal(await ExpectedAsync(Half(Rounds)), await CompletedAsync(StartSystem(Answer), run));
        await AssertCommittedOnceAsync(run, Rounds);
    }

    /// <summary>A run whose coordinator was aborted in a round, with a snapshot behind it.</summary>
    private async Task<string> UntilAsync(uint round, JobSpec job)
    {
        await using var system = StartSystem(task => task.Id.Round >= round ? null : Answer(task));
        var run = await QueuedAsync(system, job);
        await EventuallyAsync(async () => (await EntriesAsync(run)).Exists(entry => entry.RoundOpened?.Round == round));
        await EventuallyAsync(async () => await ExecuteAsync("update snapshot set created = created") > 0);
        return run;
    }

    private async Task FlipSnapshotAsync(string run)
    {
        await using var connection = Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "select snapshot from snapshot";
        var bytes = (byte[])(await command.ExecuteScalarAsync())!;
        bytes[bytes.Length / 2] ^= 4;
        const string Update = "update snapshot set snapshot = @bytes where persistence_id = @id";
        Assert.Equal(1, await ExecuteAsync(Update, ("@bytes", bytes), ("@id", $"run-{run}")));
    }

    private static bool Same((string Id, long Number, byte[] Message) one, (string Id, long Number, byte[] Message) other) =>
        (one.Id, one.Number) == (other.Id, other.Number) && one.Message.AsSpan().SequenceEqual(other.Message);
}
