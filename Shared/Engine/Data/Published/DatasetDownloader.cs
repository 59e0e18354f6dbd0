using System.Collections.Immutable;

namespace Federated.Engine.Data.Published;

/// <summary>Gets a data set's files from where they are published. A file reaches the folder only whole and verified: it is written beside under another
/// name, its decompressed bytes are compared with the published SHA-256, then it is renamed. Thread-safe.</summary>
/// <param name="http">Sends the requests. Its timeout applies to the answer's head, not to the body.</param>
/// <param name="folder">The data folder; a set goes to its subfolder of the set's name.</param>
public sealed class DatasetDownloader(HttpClient http, string folder)
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Names of the sets that can be downloaded.</summary>
    public static ImmutableArray<string> Names { get; } = [.. PublishedSets.All.Where(set => set.CanBeDownloaded).Select(set => set.Name)];

    /// <summary>Downloads what is not there yet.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="progress">Told about every block received; null for no one.</param>
    /// <param name="cancellation">Gives up; finished files stay.</param>
    /// <returns>The folder that holds the files.</returns>
    /// <exception cref="EngineException">Unknown name, no address served the published bytes, or the folder cannot be written; the message says
    /// which.</exception>
    public Task<string> GetAsync(string name, IProgress<DownloadProgress>? progress, CancellationToken cancellation) =>
        PublishedSets.All.FirstOrDefault(set => set.Name == name && set.CanBeDownloaded) is { } set
            ? GetAsync(set, progress, cancellation)
            : throw new EngineException($"There is no download of {name}. Downloads exist of {string.Join(", ", Names)}.");

    internal async Task<string> GetAsync(PublishedSet set, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var target = Path.Combine(folder, set.Name);
        try
        {
            Directory.CreateDirectory(target);
            foreach (var file in set.Files)
                if (!await Task.Run(() => IsThere(file, target), cancellation)) await FetchAsync(set, file, target, progress, cancellation);
            return target;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{set.Name} cannot be written to {target}: {error.Message} Give another folder with --data-dir.", error);
        }
    }

    private static bool IsThere(PublishedFile file, string target)
    {
        if (file.Locate(target) is not { } path) return false;
        try
        {
            file.Verify(path);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;   // a damaged copy is fetched again and replaced
        }
    }

    private async Task FetchAsync(
        PublishedSet set, PublishedFile file, string target, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var failures = new List<string>();
        foreach (var address in file.Sources)
        {
            var part = Path.Combine(target, $"{file.Name}.{Path.GetRandomFileName()}.part");
            try
            {
                await ReceiveAsync(address, part, file, progress, cancellation);
                await Task.Run(() => file.Verify(part), cancellation);
                File.Move(part, Path.Combine(target, file.StoredName), overwrite: true);
                return;
            }
            catch (Exception error) when (error is HttpRequestException or InvalidDataException
                || (error is TaskCanceledException && !cancellation.IsCancellationRequested))
            {
                failures.Add($"  {address}: {error.Message}");
            }
            finally
            {
                File.Delete(part);
            }
        }
        throw new EngineException($"{file.Name} of {set.Name} could not be downloaded:\n{string.Join('\n', failures)}\n"
            + $"Check the connection and try again, or put the files into {target} yourself.");
    }

    private async Task ReceiveAsync(Uri address, string part, PublishedFile file, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        using var response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        var limit = file.TransferSize + BufferBytes;
        var total = response.Content.Headers.ContentLength;
        if (total > limit) throw new InvalidDataException($"announces {total} bytes, and the file has {file.TransferSize}.");
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        await using var output = new FileStream(part, FileMode.CreateNew, FileAccess.Write);
        var (buffer, received) = (new byte[BufferBytes], 0L);
        while (await ReadAsync(body, buffer, cancellation) is var count and > 0)
        {
            received += count;
            if (received > limit) throw new InvalidDataException($"sends more than {limit} bytes, and the file has {file.TransferSize}.");
            await output.WriteAsync(buffer.AsMemory(0, count), cancellation);
            progress?.Report(new(file.Name, received, total));
        }
        await output.FlushAsync(cancellation);
    }

    // An IOException of the connection must not look like one of the disk.
    private static async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellation);
        }
        catch (IOException error)
        {
            throw new HttpRequestException($"The connection broke: {error.Message}", error);
        }
    }
}
