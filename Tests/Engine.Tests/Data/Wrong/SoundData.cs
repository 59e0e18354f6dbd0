using System.IO.Compression;
using System.Text;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Data.Sources;
using SkiaSharp;

namespace Federated.Engine.Tests.Data.Wrong;

/// <summary>A small set of every format that can be read, for tests that break one thing of it.</summary>
internal static class SoundData
{
    /// <summary>All formats of users' own.</summary>
    public static string[] Formats { get; } = ["csv", "series", "text", "labelled_text", "leaf", "ratings", "pairs", "npz", "cifar", "image_folder", "voc"];

    /// <summary>Formats that are text throughout.</summary>
    public static string[] OfText { get; } = Formats[..7];

    /// <summary>Writes a set.</summary>
    /// <returns>The files that it consists of, the one that matters most first, and the job's section.</returns>
    public static (string[] Files, DataSpec Data) Write(string format, TemporaryFolder folder) => format switch
    {
        "csv" => Of(format, "t.csv", folder.Write("t.csv", "a,b,y\n1,2,yes\n3,4,no\n"), data => data with { Label = "y" }),
        "series" => Of(format, "t.csv", folder.Write("t.csv", "x\n" + string.Concat(Enumerable.Range(0, 20).Select(value => $"{value}\n"))),
            data => data with { Series = new() { Window = 2, Horizon = 1 } }),
        "text" => Of(format, "t.txt", folder.Write("t.txt", "the quick brown fox jumps over the lazy dog\nand again\n"), data => data with { Text = new() { Length = 4 } }),
        "labelled_text" => Of(format, "t.tsv", folder.Write("t.tsv", "text\ty\nfine it is\tgood\nbad it is\tbad\n"), data => data with { Text = new() { Length = 4 } }),
        "leaf" => Of(format, "t.json", folder.Write("t.json", """{"users": ["a"], "num_samples": [2], "user_data": {"a": {"x": ["some text", "more text"], "y": ["0", "1"]}}}"""),
            data => data with { Text = new() { Length = 4 } }),
        "ratings" => Of(format, "t.tsv", folder.Write("t.tsv", string.Concat(Enumerable.Range(0, 12).Select(item => $"{item % 3}\t{item}\t5\t{item}\n"))),
            data => data with { Ratings = new() { Candidates = 2 } }),
        "pairs" => Of(format, "t.tsv", folder.Write("t.tsv", "one two\tuno dos\none\tuno\ntwo\tdos\n"), data => data with { Test = 0, Pairs = new() { MinimumCount = 1 } }),
        "npz" => Of(format, "t.npz", WriteNpz(folder, "t.npz", ("train_images", Npy("|u1", "(2, 2, 2)", [1, 2, 3, 4, 5, 6, 7, 8])), ("train_labels", Npy("|u1", "(2,)", [0, 1])))),
        "cifar" => Of(format, "c", folder.Write("c/data_batch_1.bin", [.. Enumerable.Repeat((byte)1, 2 * 3073)])),
        "image_folder" => new[] { "cat", "dog" }.Select(kind => WritePicture(folder, $"p/{kind}/1.png")).ToArray() is var pictures
            ? (pictures, Spec(format, "p") with { Image = new() { Width = 2, Height = 2 } }) : default,
        "voc" => WriteVoc(folder),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown format."),
    };

    public static DataFolders Folders(TemporaryFolder folder) => new([folder.Path], folder.Path);

    public static LoadedSet Load(DataSpec data, TemporaryFolder folder) => DataSources.Find(data).Load(data, Folders(folder));

    public static string Refusal(DataSpec data, TemporaryFolder folder) => Assert.Throws<EngineException>(() => Load(data, folder)).Message;

    public static string WritePicture(TemporaryFolder folder, string name, int side = 4)
    {
        using var bitmap = new SKBitmap(side, side);
        bitmap.Erase(new SKColor(200, 100, 50));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return folder.Write(name, data.ToArray());
    }

    public static byte[] Npy(string type, string shape, byte[] values)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. values];
    }

    public static string WriteNpz(TemporaryFolder folder, string name, params (string Name, byte[] Bytes)[] arrays)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (array, bytes) in arrays)
            {
                using var entry = zip.CreateEntry(array + ".npy").Open();
                entry.Write(bytes);
            }
        return folder.Write(name, stream.ToArray());
    }

    private static (string[] Files, DataSpec Data) WriteVoc(TemporaryFolder folder)
    {
        var annotation = folder.Write("v/Annotations/1.xml",
            "<annotation><size><width>4</width><height>4</height></size>\n<object><name>cell</name>\n<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>3</xmax><ymax>3</ymax></bndbox></object></annotation>");
        return ([annotation, WritePicture(folder, "v/JPEGImages/1.png")],
            Spec("voc", "v") with { Image = new() { Width = 8, Height = 8 }, Detection = new() { Stride = 4, Anchors = [0.5, 0.5] } });
    }

    private static DataSpec Spec(string format, string path) => new() { Name = format, Path = path };

    private static (string[] Files, DataSpec Data) Of(string format, string path, string file, Func<DataSpec, DataSpec>? options = null) =>
        ([file], (options ?? (data => data))(Spec(format, path)));
}
