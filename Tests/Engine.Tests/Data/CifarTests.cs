using System.Formats.Tar;
using System.IO.Compression;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Data.Images;
using Federated.Engine.Data.Sources;

namespace Federated.Engine.Tests.Data;

public sealed class CifarTests
{
    private const int Record = 1 + CifarFiles.Width;

    [Fact]
    public void Folder_in_the_layout_of_cifar_is_read_in_the_order_of_its_files()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "data_batch_2.bin"), Picture(3, 51));
        File.WriteAllBytes(Path.Combine(folder.Path, "data_batch_1.bin"), [.. Picture(1, 255), .. Picture(0, 0)]);
        File.WriteAllBytes(Path.Combine(folder.Path, "test_batch.bin"), Picture(4, 102));
        var set = Load(folder);
        Assert.Equal<int>([3, 32, 32], set.Shape.Input);
        Assert.Equal(5, set.Shape.Classes);
        Assert.Equal([1, 0, 3], set.Train.Labels.ToArray());
        Assert.Equal([4], set.Test!.Labels.ToArray());
        var values = new float[CifarFiles.Width];
        set.Train.CopyFeatures(2, values);
        Assert.Equal((0.2f, 1f), (values[0], values[^1]));   // the last byte of each picture is 255
    }

    [Fact]
    public void Names_of_the_classes_come_from_the_file_beside()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "data_batch_1.bin"), Picture(1, 255));
        File.WriteAllText(Path.Combine(folder.Path, "batches.meta.txt"), "cat\ndog\nfox\n\n");
        Assert.Equal<string>(["cat", "dog", "fox"], Load(folder).Shape.ClassNames);
    }

    [Fact]
    public void File_that_is_cut_off_is_refused_with_its_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "data_batch_1.bin"), Picture(1, 255)[..^1]);
        var error = Assert.Throws<EngineException>(() => Load(folder)).Message;
        Assert.Contains("data_batch_1.bin has 3072 bytes", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Label_beyond_the_classes_is_refused_with_its_record()
    {
        var error = Assert.Throws<EngineException>(() => CifarFiles.Read([("a.bin", [.. Picture(9, 0), .. Picture(10, 0)])], 10)).Message;
        Assert.Equal("a.bin, record 1: class 10, and the classes are 0 to 9.", error);
    }

    [Fact]
    public void Files_are_taken_out_of_an_archive_whatever_folder_they_lie_in()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "a.tar.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip))
        {
            foreach (var (name, label) in new[] { ("b.bin", (byte)2), ("other.txt", (byte)0), ("a.bin", (byte)1) })
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "inner/" + name) { DataStream = new MemoryStream(Picture(label, 0)) });
        }
        Assert.Equal([1, 2], CifarFiles.Unpack(path, ["a.bin", "b.bin"]).Select(file => (int)file.Bytes[0]));
        Assert.Contains("holds no c.bin", Assert.Throws<EngineException>(() => CifarFiles.Unpack(path, ["c.bin"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cifar_10_is_read_from_its_six_files_and_missed_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var (data, folders) = (new DataSpec { Name = "cifar-10" }, new DataFolders([folder.Path], folder.Path));
        var error = Assert.Throws<EngineException>(() => DataSources.Find(data).Load(data, folders)).Message;
        Assert.Contains("federated data get cifar-10", error, StringComparison.Ordinal);

        var inner = Directory.CreateDirectory(Path.Combine(folder.Path, "cifar-10", "cifar-10-batches-bin")).FullName;
        var batch = Enumerable.Repeat(Picture(7, 51), 10_000).SelectMany(picture => picture).ToArray();
        foreach (var name in CifarFiles.TrainNames.Append(CifarFiles.TestName)) File.WriteAllBytes(Path.Combine(inner, name), batch);
        var set = DataSources.Find(data).Load(data, folders);
        Assert.Equal((50_000, 10_000, "horse"), (set.Train.Count, set.Test!.Count, set.Shape.ClassNames[(int)set.Train.Labels[49_999]]));

        File.WriteAllBytes(Path.Combine(inner, CifarFiles.TestName), batch[..Record]);
        Assert.Contains("test_batch.bin has 3073 bytes", Assert.Throws<EngineException>(() => DataSources.Find(data).Load(data, folders)).Message, StringComparison.Ordinal);
    }

    private static LoadedSet Load(TemporaryFolder folder)
    {
        var data = new DataSpec { Name = "cifar", Path = folder.Path };
        return DataSources.Find(data).Load(data, new DataFolders([folder.Path], folder.Path));
    }

    private static byte[] Picture(byte label, byte value) => [label, .. Enumerable.Repeat(value, CifarFiles.Width - 1), 255];
}
