using System.Collections.Immutable;
using Federated.Coordinator.Storage;
using Federated.Core.Parameters;

namespace Federated.Coordinator.Tests.Storage;

public sealed class FolderCheckpointsTests : CheckpointStoreContract, IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("federated-checkpoints-").FullName;

    // Two levels that nobody created.
    private string Folder => Path.Combine(_parent, "data", "checkpoints");

    protected override ICheckpointStore Store => field ??= new FolderCheckpoints(Folder);

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    protected override async Task<ImmutableSortedDictionary<string, byte[]>> ContentAsync(string run)
    {
        var content = ImmutableSortedDictionary.CreateBuilder<string, byte[]>(StringComparer.Ordinal);
        if (Directory.Exists(Path.Combine(Folder, run)))
            foreach (var path in Directory.EnumerateFiles(Path.Combine(Folder, run)))
                content.Add(Path.GetFileName(path), await File.ReadAllBytesAsync(path));
        return content.ToImmutable();
    }

    protected override Task PutAsync(string run, string name, byte[] bytes) => File.WriteAllBytesAsync(Path.Combine(Folder, run, name), bytes);

    [Fact]
    public async Task A_checkpoint_is_a_file_that_begins_with_the_model()
    {
        var state = States.Small(7);
        var receipt = await WriteAsync(state);

        await using var file = File.OpenRead(Path.Combine(Folder, Run, receipt.Name));
        var model = await Safetensors.ReadAsync(file, 1 << 20, CancellationToken.None);

        Assert.True(model.Ok, model.Error);
        Assert.Equal(state.Parameters.Schema, model.Parameters.Schema);
        Assert.Equal(state.Parameters.Hash, model.Parameters.Hash);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_a_checkpoint_is_said_and_is_no_place_to_write()
    {
        var receipt = await WriteAsync(States.Small(1));
        var path = Path.Combine(Folder, Run, receipt.Name);
        File.Delete(path);
        Directory.CreateDirectory(path);

        AssertWrong(receipt, await ReadAsync(receipt, 1), "is a folder, not a file");
        var writing = await Assert.ThrowsAsync<IOException>(() => WriteAsync(States.Small(1)));
        var deleting = await Assert.ThrowsAsync<IOException>(() => Store.DeleteAsync(Run, [receipt.Name], CancellationToken.None));

        Assert.StartsWith($"Checkpoint '{path}' could not be written: ", writing.Message);
        Assert.StartsWith($"Checkpoint '{path}' cannot be deleted: ", deleting.Message);
        Assert.Empty(await ContentAsync(Run));
    }

    [Fact]
    public async Task What_can_be_deleted_is_deleted_although_another_cannot()
    {
        var (first, second) = (await WriteAsync(States.Small(1)), await WriteAsync(States.Small(2)));
        File.Delete(Path.Combine(Folder, Run, first.Name));
        Directory.CreateDirectory(Path.Combine(Folder, Run, first.Name));

        await Assert.ThrowsAsync<IOException>(() => Store.DeleteAsync(Run, [first.Name, second.Name], CancellationToken.None));

        Assert.Empty(await ContentAsync(Run));
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_opened_is_said_to_be_unreadable()
    {
        var receipt = await WriteAsync(States.Small(1));
        // Locked rather than without permission, which would not stop root.
        await using (new FileStream(Path.Combine(Folder, Run, receipt.Name), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            AssertWrong(receipt, await ReadAsync(receipt, 1), "cannot be read: ");

        States.AssertSame(States.Small(1), (await ReadAsync(receipt, 1)).State);
    }

    [UnprivilegedFact]
    public async Task A_file_or_folder_without_permission_is_said()
    {
        if (OperatingSystem.IsWindows()) return;   // the attribute skips it there
        var receipt = await WriteAsync(States.Small(1));
        File.SetUnixFileMode(Path.Combine(Folder, Run, receipt.Name), UnixFileMode.None);
        AssertWrong(receipt, await ReadAsync(receipt, 1), "cannot be read: ");

        File.SetUnixFileMode(Path.Combine(Folder, Run), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var error = await Assert.ThrowsAsync<IOException>(() => WriteAsync(States.Small(2)));
        File.SetUnixFileMode(Path.Combine(Folder, Run), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        Assert.EndsWith("Give the coordinator's user the right to write there.", error.Message);
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_folder_is_said()
    {
        Directory.CreateDirectory(Path.Combine(_parent, "data"));
        await File.WriteAllTextAsync(Folder, "not a folder");

        var error = await Assert.ThrowsAsync<IOException>(() => WriteAsync(States.Small(1)));

        Assert.StartsWith($"Checkpoint '{Path.Combine(Folder, Run, "round-0000001-epoch-1.safetensors")}' could not be written: ", error.Message);
        Assert.EndsWith("Check that the folder is there, that its disk works and that it is not read-only.", error.Message);
    }

    [Fact]
    public async Task Sweeping_takes_torn_files_of_earlier_epochs_and_leaves_foreign_ones()
    {
        await WriteAsync(States.Small(1), epoch: 5);
        string[] stay =
        [
            "model.safetensors", "notes.tmp", "round-0000001-epoch-5.safetensors", "round-0000001-epoch-x.safetensors",
            "round-0000002-epoch-1.safetensors.bak",
            "round-0000002-epoch-5.safetensors.17-3.tmp", "round-0000002-epoch-6.safetensors.17-3.tmp", "round-1-epoch-1.safetensors",
        ];
        foreach (var name in stay.Append("round-0000002-epoch-4.safetensors.17-3.tmp").Except(["round-0000001-epoch-5.safetensors"]))
            await PutAsync(Run, name, [1]);
        Directory.CreateDirectory(Path.Combine(Folder, Run, "round-0000003-epoch-1.safetensors"));

        await Store.SweepAsync(Run, 5, [], CancellationToken.None);

        Assert.Equal(stay, (await ContentAsync(Run)).Keys);
        Assert.True(Directory.Exists(Path.Combine(Folder, Run, "round-0000003-epoch-1.safetensors")));
    }

    [Fact]
    public async Task A_file_is_under_its_name_only_when_it_is_whole()
    {
        string[]? seen = null;
        var watched = new States.Watched(new float[100_000], look: 3, () => seen = Directory.GetFiles(Path.Combine(Folder, Run)));

        await WriteAsync(States.Large(2, 100_000, watched.Memory), epoch: 7);

        Assert.Matches(@"^round-0000002-epoch-7\.safetensors\.\d+-\d+\.tmp$", Path.GetFileName(Assert.Single(seen!)));
        Assert.Equal(["round-0000002-epoch-7.safetensors"], (await ContentAsync(Run)).Keys);
    }

    [TmpfsFact]
    public async Task A_full_disk_is_said_and_what_was_there_survives()
    {
        using var disk = new Tmpfs();
        var store = new FolderCheckpoints(disk.Path);
        var good = States.Large(1, 10_000);
        var receipt = await store.WriteAsync(Run, 1, good, CancellationToken.None);
        var filler = Path.Combine(disk.Path, "filler");
        await File.WriteAllBytesAsync(filler, new byte[Tmpfs.Bytes / 2]);

        foreach (var state in new[] { good, States.Large(2, 10_000), States.Large(3, 100_000) })
        {
            var error = await Assert.ThrowsAsync<IOException>(() => store.WriteAsync(Run, 1, state, CancellationToken.None));
            var path = Path.Combine(disk.Path, Run, $"round-{state.Round:D7}-epoch-1.safetensors");
            Assert.StartsWith($"Checkpoint '{path}' could not be written: ", error.Message);
            Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
            Assert.EndsWith(". Make room on that disk.", error.Message);
        }

        Assert.Equal([Path.Combine(disk.Path, Run, receipt.Name)], Directory.GetFiles(Path.Combine(disk.Path, Run)));
        States.AssertSame(good, (await store.ReadAsync(Run, receipt, 1, CancellationToken.None)).State);
        File.Delete(filler);
        await store.WriteAsync(Run, 1, States.Large(2, 10_000), CancellationToken.None);
    }

    [TmpfsFact]
    public async Task A_read_only_folder_is_said_and_can_still_be_read()
    {
        using var disk = new Tmpfs();
        var store = new FolderCheckpoints(disk.Path);
        var receipt = await store.WriteAsync(Run, 1, States.Small(1), CancellationToken.None);
        disk.MakeReadOnly();

        var writing = await Assert.ThrowsAsync<IOException>(() => store.WriteAsync(Run, 1, States.Small(2), CancellationToken.None));
        var newRun = await Assert.ThrowsAsync<IOException>(() => store.WriteAsync("run-2", 1, States.Small(1), CancellationToken.None));
        await Assert.ThrowsAsync<IOException>(() => store.DeleteAsync(Run, [receipt.Name], CancellationToken.None));
        await Assert.ThrowsAsync<IOException>(() => store.SweepAsync(Run, 2, [], CancellationToken.None));

        Assert.Contains("Read-only file system", writing.Message, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", newRun.Message, StringComparison.Ordinal);
        States.AssertSame(States.Small(1), (await store.ReadAsync(Run, receipt, 1, CancellationToken.None)).State);
    }
}
