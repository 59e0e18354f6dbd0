using System.Collections.Immutable;
using Federated.Engine.Data.Idx;
using Federated.Engine.Data.Published;

namespace Federated.Engine.Tests.Data;

public sealed class DatasetDownloaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _folder.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task Good_files_arrive_whole_and_can_be_loaded()
    {
        await using var server = new FileServer(Published);
        var progress = new Recorder();
        var folder = await GetAsync(progress, server.Address);
        Assert.Equal(Path.Combine(_folder.Path, "small"), folder);
        Assert.Equal(3, IdxLoader.Load(SmallIdx.Dataset(), new([_folder.Path], _folder.Path)).Train.Count);
        Assert.Equal(SmallIdx.Files.Keys.Order(), progress.Reports.Select(report => report.File).Distinct().Order());
        Assert.All(progress.Reports.GroupBy(report => report.File), file => Assert.Equal(file.Last().Total, file.Last().Received));
        Assert.Equal(4, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public async Task What_is_there_is_not_fetched_again_and_what_is_damaged_is()
    {
        SmallIdx.WriteTo(_folder, "small");
        _folder.Write("small/test-labels.gz", [1, 2, 3]);
        await using var server = new FileServer(Published);
        await GetAsync(null, server.Address);
        Assert.Equal(["/test-labels.gz"], server.Requests);
        await GetAsync(null, server.Address);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Second_address_is_asked_when_the_first_fails()
    {
        await using var empty = new FileServer(ImmutableDictionary<string, ServedFile>.Empty);
        await using var server = new FileServer(Published);
        await GetAsync(null, empty.Address, server.Address);
        Assert.Equal(4, empty.Requests.Count);
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Wrong_hash_is_refused_and_leaves_nothing() =>
        await AssertRefused(new(SmallIdx.Gzip(SmallIdx.Bytes([3, 2, 2], new byte[12]))), "has SHA-256");

    [Fact]
    public async Task Truncated_answer_is_refused_and_leaves_nothing()
    {
        var bytes = SmallIdx.Gzip(SmallIdx.TrainImages);
        await AssertRefused(new(bytes[..^10], Announced: bytes.Length), "The connection broke");
    }

    [Fact]
    public async Task Truncated_file_is_refused_and_leaves_nothing() => await AssertRefused(new(SmallIdx.Gzip(SmallIdx.TrainImages[..^1])), "has 27 of the 28 bytes");

    [Fact]
    public async Task Answer_404_is_refused_and_leaves_nothing() => await AssertRefused(null, "404");

    [Fact]
    public async Task File_announced_too_large_is_refused_and_leaves_nothing() => await AssertRefused(new([1], Announced: 1L << 40), "announces 1099511627776 bytes");

    [Fact]
    public async Task File_that_turns_out_too_large_is_refused_and_leaves_nothing() => await AssertRefused(new(new byte[1 << 20], Announced: null), "sends more than");

    [Fact]
    public async Task Page_instead_of_the_file_is_refused_and_leaves_nothing() => await AssertRefused(new("<html>Sign in</html>"u8.ToArray()), "train-images");

    [Fact]
    public async Task Server_that_is_not_there_is_refused_with_its_address()
    {
        Uri address;
        await using (var server = new FileServer(Published)) address = server.Address;
        var error = await Assert.ThrowsAsync<EngineException>(() => GetAsync(null, address));
        Assert.Contains(address.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_that_cannot_be_made_is_refused()
    {
        var file = _folder.Write("file", "in the way");
        var error = await Assert.ThrowsAsync<EngineException>(() => new DatasetDownloader(_http, file).GetAsync("mnist", null, CancellationToken.None));
        Assert.Contains("cannot be written to", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_without_a_download_is_refused_with_those_that_have_one()
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => new DatasetDownloader(_http, _folder.Path).GetAsync("digits", null, CancellationToken.None));
        Assert.Contains("mnist, fashion-mnist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_download_is_cancelled_and_leaves_nothing()
    {
        await using var server = new FileServer(Published);
        using var cancellation = new CancellationTokenSource();
        var stop = new Stopper(cancellation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new DatasetDownloader(_http, _folder.Path).GetAsync(SmallIdx.Dataset(server.Address.ToString()).Published, stop, cancellation.Token));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "small")));
    }

    private static ImmutableDictionary<string, ServedFile> Published { get; } =
        SmallIdx.Files.ToImmutableDictionary(file => $"/{file.Key}.gz", file => new ServedFile(SmallIdx.Gzip(file.Value)));

    private Task<string> GetAsync(IProgress<DownloadProgress>? progress, params Uri[] sources) =>
        new DatasetDownloader(_http, _folder.Path).GetAsync(SmallIdx.Dataset([.. sources.Select(source => source.ToString())]).Published, progress, CancellationToken.None);

    private async Task AssertRefused(ServedFile? trainImages, string expected)
    {
        await using var server = new FileServer(trainImages is null ? Published.Remove("/train-images.gz") : Published.SetItem("/train-images.gz", trainImages));
        var error = await Assert.ThrowsAsync<EngineException>(() => GetAsync(null, server.Address));
        Assert.StartsWith("train-images of small could not be downloaded:", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "small")));
    }

    private sealed class Recorder : IProgress<DownloadProgress>
    {
        public List<DownloadProgress> Reports { get; } = [];

        public void Report(DownloadProgress value) => Reports.Add(value);
    }

    private sealed class Stopper(CancellationTokenSource cancellation) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => cancellation.Cancel();
    }
}
