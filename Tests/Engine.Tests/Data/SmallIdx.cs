using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;
using Federated.Core.Datasets;
using Federated.Core.Models;
using Federated.Engine.Data.Idx;

namespace Federated.Engine.Tests.Data;

/// <summary>A data set of four tiny IDX files: three training and two test images of 2x2, written by hand.</summary>
internal static class SmallIdx
{
    public static readonly byte[] TrainImages = Bytes([3, 2, 2], 0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8);
    public static readonly byte[] TrainLabels = Bytes([3], 0, 1, 1);
    public static readonly byte[] TestImages = Bytes([2, 2, 2], 9, 9, 9, 9, 8, 8, 8, 8);
    public static readonly byte[] TestLabels = Bytes([2], 1, 0);

    public static IdxDataset Dataset(params string[] sources) => new(
        new DatasetInfo("small", DataShape.ForClasses([1, 2, 2], 2), 3, 2, "none", "by hand"), [.. sources.Select(source => new Uri(source))],
        new("train-images", [3, 2, 2], Hash(TrainImages)), new("train-labels", [3], Hash(TrainLabels)),
        new("test-images", [2, 2, 2], Hash(TestImages)), new("test-labels", [2], Hash(TestLabels)));

    public static ImmutableDictionary<string, byte[]> Files { get; } = ImmutableDictionary.CreateRange<string, byte[]>(
    [
        new("train-images", TrainImages), new("train-labels", TrainLabels), new("test-images", TestImages), new("test-labels", TestLabels),
    ]);

    /// <summary>Writes all four files, gzipped, below a folder.</summary>
    public static void WriteTo(TemporaryFolder folder, string below)
    {
        foreach (var (name, bytes) in Files) folder.Write(Path.Combine(below, name + ".gz"), Gzip(bytes));
    }

    public static byte[] Bytes(int[] shape, params byte[] values)
    {
        var bytes = new byte[4 + 4 * shape.Length + values.Length];
        (bytes[2], bytes[3]) = (8, (byte)shape.Length);
        for (var i = 0; i < shape.Length; i++) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), shape[i]);
        values.CopyTo(bytes, 4 + 4 * shape.Length);
        return bytes;
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal)) gzip.Write(bytes);
        return output.ToArray();
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
