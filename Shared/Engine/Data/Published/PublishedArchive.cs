using System.IO.Compression;

namespace Federated.Engine.Data.Published;

/// <summary>A zip archive that a file is published in.</summary>
/// <param name="Name">The archive's name.</param>
/// <param name="Entry">The file's path in it.</param>
/// <param name="Size">Bytes of the archive.</param>
internal sealed record PublishedArchive(string Name, string Entry, long Size)
{
    /// <summary>The file out of a copy of the archive, in memory: at most one byte more than its published size.</summary>
    /// <param name="copy">The archive; closed at the end.</param>
    /// <param name="size">Bytes of the file.</param>
    /// <exception cref="InvalidDataException">The archive is broken or lacks the file.</exception>
    public Stream Open(Stream copy, long size)
    {
        using var archive = new ZipArchive(copy, ZipArchiveMode.Read);
        var entry = archive.GetEntry(Entry) ?? throw new InvalidDataException($"{Name} lacks {Entry}.");
        using var stream = entry.Open();
        var bytes = new byte[size + 1];
        return new MemoryStream(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false), writable: false);
    }
}
