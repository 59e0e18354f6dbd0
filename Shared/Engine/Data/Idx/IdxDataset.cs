using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Engine.Data.Published;

namespace Federated.Engine.Data.Idx;

/// <summary>One published file of a data set.</summary>
/// <param name="Name">File name without .gz.</param>
/// <param name="Shape">Dimensions of its array.</param>
/// <param name="Sha256">Of the decompressed bytes: mirrors compress again, and then only these stay the same.</param>
internal sealed record IdxFile(string Name, ImmutableArray<int> Shape, string Sha256)
{
    /// <summary>Decompressed size in bytes, header included.</summary>
    public long Size => 4 + 4 * Shape.Length + Shape.Aggregate(1L, (product, size) => checked(product * size));
}

/// <summary>A data set of four IDX files: images and labels, for training and for test.</summary>
/// <param name="Info">What the catalogue knows of it.</param>
/// <param name="Sources">Base addresses that serve NAME.gz, best first, each ending with a slash.</param>
/// <param name="TrainImages">Shape [train, H, W].</param>
/// <param name="TrainLabels">Shape [train].</param>
/// <param name="TestImages">Shape [test, H, W].</param>
/// <param name="TestLabels">Shape [test].</param>
internal sealed record IdxDataset(
    DatasetInfo Info, ImmutableArray<Uri> Sources, IdxFile TrainImages, IdxFile TrainLabels, IdxFile TestImages, IdxFile TestLabels)
{
    public static IdxDataset Mnist { get; } = Of("mnist",
        ["https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"],
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");

    public static IdxDataset FashionMnist { get; } = Of("fashion-mnist",
        ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34");

    public static ImmutableArray<IdxDataset> Known { get; } = [Mnist, FashionMnist];

    /// <summary>Its files as they are downloaded.</summary>
    public PublishedSet Published => new(Info.Name,
        [.. Files.Select(file => new PublishedFile(file.Name, file.Size, file.Sha256, [.. Sources.Select(source => new Uri(source, file.Name + ".gz"))], Gzipped: true))]);

    public ImmutableArray<IdxFile> Files => [TrainImages, TrainLabels, TestImages, TestLabels];

    /// <summary>A path of the file, gzipped or not, in a folder; null where it is not there.</summary>
    public static string? Locate(IdxFile file, string folder) =>
        new[] { Path.Combine(folder, file.Name + ".gz"), Path.Combine(folder, file.Name) }.FirstOrDefault(File.Exists);

    private static IdxDataset Of(string name, string[] sources, string trainImages, string trainLabels, string testImages, string testLabels)
    {
        var info = DatasetCatalog.Find(name)!;
        var (train, test, image) = (info.TrainExamples, info.TestExamples, info.Shape!.Input.RemoveAt(0));
        return new(info, [.. sources.Select(source => new Uri(source))],
            new("train-images-idx3-ubyte", [train, .. image], trainImages), new("train-labels-idx1-ubyte", [train], trainLabels),
            new("t10k-images-idx3-ubyte", [test, .. image], testImages), new("t10k-labels-idx1-ubyte", [test], testLabels));
    }
}
