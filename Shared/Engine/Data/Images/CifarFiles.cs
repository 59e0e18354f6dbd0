using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;

namespace Federated.Engine.Data.Images;

/// <summary>Reads images in the binary layout of CIFAR-10: records of a byte for the class and 3 x 32 x 32 bytes for the picture, channel by channel.</summary>
internal static class CifarFiles
{
    /// <summary>Bytes of a picture.</summary>
    public const int Width = 3 * 32 * 32;

    private const int Record = 1 + Width;
    private const byte Largest = 255;

    /// <summary>Names of the published files, relative to their folder.</summary>
    public static ImmutableArray<string> TrainNames { get; } = [.. Enumerable.Range(1, 5).Select(number => $"data_batch_{number}.bin")];

    /// <summary>Name of the published test file.</summary>
    public const string TestName = "test_batch.bin";

    /// <summary>Examples out of the records of some files, in order.</summary>
    /// <param name="files">Each file's name for messages, and its bytes.</param>
    /// <param name="classes">Classes that there may be, at most 256.</param>
    /// <exception cref="EngineException">Bytes that are no such records; the message names the file.</exception>
    public static ByteExamples Read(IReadOnlyList<(string Name, byte[] Bytes)> files, int classes)
    {
        foreach (var (name, bytes) in files)
            if (bytes.Length % Record != 0 || bytes.Length == 0)
                throw new EngineException($"{name} has {bytes.Length} bytes, and a file of CIFAR-10's layout is a multiple of {Record}: it is cut off, or another file. Copy it again.");
        var count = checked((int)files.Sum(file => (long)file.Bytes.Length / Record));
        var (values, labels, at) = (new byte[checked(count * Width)], new long[count], 0);
        foreach (var (name, bytes) in files)
            for (var offset = 0; offset < bytes.Length; offset += Record, at++)
            {
                labels[at] = bytes[offset];
                if (labels[at] >= classes)
                    throw new EngineException($"{name}, record {offset / Record}: class {labels[at]}, and the classes are 0 to {classes - 1}.");
                bytes.AsSpan(offset + 1, Width).CopyTo(values.AsSpan(at * Width));
            }
        return new(values, labels, Width, Largest);
    }

    /// <summary>The named files out of a gzipped tar archive, whatever folder they lie in there, in the order of the names.</summary>
    /// <param name="path">The archive; it is trusted to be the published one.</param>
    /// <param name="names">File names.</param>
    /// <exception cref="EngineException">One is not in it.</exception>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Unpack(string path, IReadOnlyList<string> names)
    {
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            var name = Path.GetFileName(entry.Name);
            if (entry.DataStream is null || !names.Contains(name)) continue;
            var bytes = new byte[entry.Length];
            entry.DataStream.ReadExactly(bytes);
            found[name] = bytes;
        }
        return [.. names.Select(name => (name, found.TryGetValue(name, out var bytes) ? bytes : throw new EngineException($"{path} holds no {name}.")))];
    }
}
