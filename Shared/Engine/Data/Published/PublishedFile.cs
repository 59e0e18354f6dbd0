using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Federated.Engine.Data.Published;

/// <summary>One file of a published data set.</summary>
/// <param name="Name">Its name, without .gz where it is published gzipped.</param>
/// <param name="Size">Bytes, decompressed where it is published gzipped.</param>
/// <param name="Sha256">Of those bytes, lower-case hexadecimal: mirrors compress again, and then only these stay the same.</param>
/// <param name="Sources">Addresses that serve it, best first; none where it can only be brought by hand.</param>
/// <param name="Gzipped">Whether it is published as NAME.gz, a wrapping that does not count.</param>
internal sealed record PublishedFile(string Name, long Size, string Sha256, ImmutableArray<Uri> Sources, bool Gzipped = false)
{
    private const int BufferBytes = 1 << 16;

    /// <summary>The zip archive that it is published in; null where it is published by itself.</summary>
    public PublishedArchive? Archive { get; init; }

    /// <summary>The name under which it is stored after a download.</summary>
    public string StoredName => Archive?.Name ?? (Gzipped ? Name + ".gz" : Name);

    /// <summary>Bytes of a download, about: gzip adds next to nothing to what it cannot compress.</summary>
    public long TransferSize => Archive?.Size ?? Size;

    /// <summary>Its path in a folder, packed or not, also where its archive was unpacked in the folder; null where it is not there.</summary>
    public string? Locate(string folder) =>
        new[] { StoredName, Name, Archive?.Entry ?? Name }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Opens a copy for reading: decompressed if it is gzipped, or taken out of its archive, by the copy's first bytes.</summary>
    /// <param name="path">The copy.</param>
    /// <exception cref="InvalidDataException">The archive is broken or lacks the file.</exception>
    public Stream Open(string path)
    {
        var file = File.OpenRead(path);
        var (first, second) = (file.ReadByte(), file.ReadByte());
        file.Position = 0;
        if (Archive is { } archive && (first, second) == ('P', 'K')) return archive.Open(file, Size);
        return Gzipped && (first, second) == (0x1F, 0x8B) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>Compares a copy with what was published. At most one buffer more than the published size is read.</summary>
    /// <exception cref="InvalidDataException">It is another file; the message names it.</exception>
    public void Verify(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (buffer, total) = (new byte[BufferBytes], 0L);
        try
        {
            using var stream = Open(path);
            while (stream.Read(buffer) is var count and > 0 && total <= Size)
            {
                hash.AppendData(buffer, 0, count);
                total += count;
            }
        }
        catch (InvalidDataException broken)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)} cannot be decompressed: {broken.Message}", broken);
        }
        if (total != Size) throw new InvalidDataException($"{Path.GetFileName(path)} has {(total > Size ? "more than the" : $"{total} of the")} {Size} bytes that were published.");
        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != Sha256) throw new InvalidDataException($"{Path.GetFileName(path)} has SHA-256 {found[..12]}..., and the published file {Sha256[..12]}....");
    }
}
