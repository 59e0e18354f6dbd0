using Federated.Core.Algorithms;
using Federated.V1;

namespace Federated.Coordinator.Storage;

/// <summary>Checkpoints as files, FOLDER/RUN/round-0000012-epoch-3.safetensors, which anything that reads safetensors can open. Thread-safe; the work
/// is done on the thread pool, never on the caller's thread.</summary>
/// <remarks>A file is written under a temporary name beside the target, flushed to the disk and renamed; then the folder is flushed. So a name that
/// does not end in .tmp is a whole file, whatever was killed when. Coordinators on different machines may share the folder: the epoch keeps their
/// files apart.</remarks>
public sealed class FolderCheckpoints : ICheckpointStore
{
    private const int NoBuffer = 0;
    private static long _writes;
    private readonly string _folder;

    /// <summary>A store in a folder, which the first write creates.</summary>
    /// <param name="folder">A path; a relative one is taken from the current directory of now.</param>
    public FolderCheckpoints(string folder) => _folder = Path.GetFullPath(folder);

    /// <inheritdoc/>
    public Task<Checkpoint> WriteAsync(string run, ulong epoch, ServerState state, CancellationToken cancellation) =>
        Task.Run(() => WriteFileAsync(run, CheckpointContent.NameOf(run, epoch, state), state, cancellation), cancellation);

    /// <inheritdoc/>
    public Task<CheckpointRead> ReadAsync(string run, Checkpoint checkpoint, int round, CancellationToken cancellation) =>
        Task.Run(() => ReadFileAsync(RunFolder(run), checkpoint, round, cancellation), cancellation);

    /// <inheritdoc/>
    public Task DeleteAsync(string run, IReadOnlyCollection<string> names, CancellationToken cancellation) =>
        Task.Run(() =>
        {
            CheckpointContent.CheckNames(names);
            Delete(RunFolder(run), names, cancellation);
        }, cancellation);

    /// <inheritdoc/>
    public Task SweepAsync(string run, ulong epoch, IReadOnlyCollection<string> kept, CancellationToken cancellation) =>
        Task.Run(() => Delete(RunFolder(run), LeftBehind(RunFolder(run), epoch, kept), cancellation), cancellation);

    private string RunFolder(string run)
    {
        CheckpointContent.CheckRun(run);
        return Path.Combine(_folder, run);
    }

    private async Task<Checkpoint> WriteFileAsync(string run, CheckpointName name, ServerState state, CancellationToken cancellation)
    {
        var folder = RunFolder(run);
        var path = Path.Combine(folder, name.ToString());
        var temporary = Path.Combine(folder, name.Temporary(Environment.ProcessId, Interlocked.Increment(ref _writes)));
        try
        {
            DurableFolder.Create(folder);
            Checkpoint checkpoint;
            await using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, NoBuffer, FileOptions.Asynchronous))
            {
                checkpoint = await CheckpointContent.WriteAsync(file, name, state, cancellation);
                file.Flush(flushToDisk: true);
            }
            cancellation.ThrowIfCancellationRequested();
            File.Move(temporary, path, overwrite: true);
            DurableFolder.Flush(folder);
            DurableFolder.Flush(_folder);   // another write may have created the run's folder and not be done with flushing it
            return checkpoint;
        }
        catch (Exception error)
        {
            Discard(temporary);
            if (error is IOException or UnauthorizedAccessException) throw Unwritten(path, error);
            throw;
        }
    }

    private static async Task<CheckpointRead> ReadFileAsync(string folder, Checkpoint checkpoint, int round, CancellationToken cancellation)
    {
        if (CheckpointContent.CheckName(checkpoint, round) is { } misnamed) return new(null, misnamed);
        var path = Path.Combine(folder, checkpoint.Name);
        var place = $"Checkpoint '{path}'";
        try
        {
            if (Directory.Exists(path)) return new(null, $"{place} is a folder, not a file.");
            const FileShare share = FileShare.Read | FileShare.Delete;
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, share, NoBuffer, FileOptions.Asynchronous);
            return CheckpointContent.CheckLength(place, file.Length, checkpoint) is { } wrong
                ? new(null, wrong)
                : await CheckpointContent.ReadAsync(file, place, checkpoint, round, cancellation);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(null, $"{place} is missing.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new(null, $"{place} cannot be read: {error.Message.TrimEnd('.')}.");
        }
    }

    private static List<string> LeftBehind(string folder, ulong epoch, IReadOnlyCollection<string> kept)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "round-*").Select(path => Path.GetFileName(path)!)
                .Where(file => CheckpointName.TryParse(file, out var name, out _) && name.Epoch < epoch && !kept.Contains(file))];
        }
        catch (DirectoryNotFoundException)
        {
            return [];   // nothing of this run was ever written here
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"Folder '{folder}' cannot be listed: {error.Message}", error);
        }
    }

    private static void Delete(string folder, IEnumerable<string> names, CancellationToken cancellation)
    {
        var errors = new List<Exception>();
        foreach (var name in names)
        {
            var path = Path.Combine(folder, name);
            cancellation.ThrowIfCancellationRequested();
            try
            {
                File.Delete(path);
            }
            catch (DirectoryNotFoundException)
            {
                return;   // the run's folder is gone, and everything in it
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                errors.Add(new IOException($"Checkpoint '{path}' cannot be deleted: {error.Message}", error));
            }
        }
        if (errors.Count > 0) throw new IOException(string.Join(' ', errors.Select(error => error.Message)), errors[0]);
    }

    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What made the write fail is thrown instead; a later coordinator sweeps the file.
        }
    }

    private static IOException Unwritten(string path, Exception error)
    {
        const int noSpaceOnUnix = 28, quotaOnLinux = 122, noSpaceOnWindows = unchecked((int)0x8007_0070);
        var remedy = error switch
        {
            { HResult: noSpaceOnUnix or quotaOnLinux or noSpaceOnWindows } => "Make room on that disk.",
            UnauthorizedAccessException => "Give the coordinator's user the right to write there.",
            _ => "Check that the folder is there, that its disk works and that it is not read-only.",
        };
        return new($"Checkpoint '{path}' could not be written: {error.Message.TrimEnd('.')}. {remedy}", error) { HResult = error.HResult };
    }
}
