using Federated.Engine.Data;
using Federated.Engine.Data.Idx;

namespace Federated.Engine.Tests.Data;

public sealed class IdxLoaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("small")]
    [InlineData("")]
    public void Set_is_found_below_a_folder_and_in_it(string below)
    {
        SmallIdx.WriteTo(_folder, below);
        var set = IdxLoader.Load(SmallIdx.Dataset(), Folders(""));
        var pixels = new float[4];
        set.Train.CopyFeatures(0, pixels);
        Assert.Equal([0f, 0.2f, 0.4f, 1f], pixels);
        Assert.Equal([0L, 1L, 1L], set.Train.Labels.ToArray());
        Assert.Equal([1L, 0L], set.Test!.Labels.ToArray());
    }

    [Fact]
    public void Folder_with_other_bytes_is_passed_over_for_a_later_one()
    {
        SmallIdx.WriteTo(_folder, "wrong");
        _folder.Write("wrong/train-labels.gz", SmallIdx.Gzip(SmallIdx.Bytes([3], 1, 1, 1)));
        SmallIdx.WriteTo(_folder, "right/small");
        Assert.Equal(3, IdxLoader.Load(SmallIdx.Dataset(), Folders("wrong", "right")).Train.Count);
    }

    [Fact]
    public void Missing_set_says_where_was_looked_what_was_wrong_there_and_how_to_get_it()
    {
        SmallIdx.WriteTo(_folder, "other-bytes");
        _folder.Write("other-bytes/train-labels.gz", SmallIdx.Gzip(SmallIdx.Bytes([3], 1, 1, 1)));
        _folder.Write("half/small/train-images", SmallIdx.TrainImages);
        var message = Assert.Throws<EngineException>(() => IdxLoader.Load(SmallIdx.Dataset(), Folders("none", "other-bytes", "half"))).Message;
        Assert.Contains(Path.Combine(_folder.Path, "none", "small") + "\n", message, StringComparison.Ordinal);
        Assert.Contains($"{Path.Combine(_folder.Path, "other-bytes")}: train-labels.gz has SHA-256", message, StringComparison.Ordinal);
        Assert.Contains("lacks train-labels, test-images, test-labels", message, StringComparison.Ordinal);
        Assert.Contains("federated data get small", message, StringComparison.Ordinal);
        Assert.Contains("--data-dir", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_fashion_mnist_names_the_download_and_the_Debian_package()
    {
        var store = new DatasetStore(Folders("none"));
        var error = await Assert.ThrowsAsync<EngineException>(() => store.LoadAsync(new() { Name = "fashion-mnist" }, 1, [], CancellationToken.None));
        Assert.Contains("federated data get fashion-mnist", error.Message, StringComparison.Ordinal);
        Assert.Contains("dataset-fashion-mnist", error.Message, StringComparison.Ordinal);
    }

    [FederatedDataFact("mnist")]
    public async Task Mnist_has_its_published_bytes_and_label_counts()
    {
        var data = await new DatasetStore(DataFolders.Standard([])).LoadAsync(new() { Name = "mnist" }, 1, [], CancellationToken.None);
        Assert.Equal((60_000, 10_000, 10), (data.Train.Count, data.Test.Count, data.Clients.Length));
        // The counts that LeCun's page and many papers give for the training labels 0 to 9.
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], data.Train.Labels.ToArray().CountBy(label => label).OrderBy(pair => pair.Key).Select(pair => pair.Value));
    }

    private DataFolders Folders(params string[] names) => new([.. names.Select(name => Path.Combine(_folder.Path, name))], _folder.Path);
}
