using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Federated.Engine.Data.Idx;

/// <summary>Reads arrays of bytes in the IDX format: two zero bytes, the element type (8 for unsigned bytes), the number of dimensions, each dimension
/// as a big-endian 32-bit number, then the elements, row-major. Bytes are taken as hostile: nothing is allocated before the dimensions are the
/// expected ones.</summary>
internal static class IdxReader
{
    private const byte UnsignedByte = 0x08;

    /// <summary>Reads a file, which may be gzipped (by its first bytes, whatever its name).</summary>
    /// <inheritdoc cref="Read"/>
    public static (byte[] Values, string Sha256) ReadFile(string path, ImmutableArray<int> shape)
    {
        using var file = File.OpenRead(path);
        var gzipped = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        if (!gzipped) return Read(file, shape);
        using var decompressed = new GZipStream(file, CompressionMode.Decompress);
        return Read(decompressed, shape);
    }

    /// <summary>Reads one array to the end of the stream.</summary>
    /// <param name="stream">The decompressed bytes. At most one more than the shape implies is read.</param>
    /// <param name="shape">The dimensions that the array must have.</param>
    /// <returns>The elements, and the SHA-256 of all bytes, header included, in lower-case hexadecimal digits.</returns>
    /// <exception cref="InvalidDataException">The bytes are not such an array; the message completes a sentence that starts with the file's
    /// name.</exception>
    public static (byte[] Values, string Sha256) Read(Stream stream, ImmutableArray<int> shape)
    {
        var header = new byte[4 + 4 * shape.Length];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            throw new InvalidDataException($"ends within its header of {header.Length} bytes");
        if (header[0] != 0 || header[1] != 0 || header[2] != UnsignedByte || header[3] != shape.Length)
            throw new InvalidDataException($"starts with {Convert.ToHexStringLower(header.AsSpan(0, 4))}, "
                + $"not with 000008{shape.Length:x2} as an IDX file of bytes in {shape.Length} dimensions does");
        var found = new uint[shape.Length];
        for (var i = 0; i < found.Length; i++) found[i] = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 + 4 * i));
        if (!found.SequenceEqual(shape.Select(size => (uint)size)))
            throw new InvalidDataException($"holds {string.Join(" x ", found)} values, not {string.Join(" x ", shape)}");

        var values = new byte[shape.Aggregate(1, (product, size) => checked(product * size))];
        var read = stream.ReadAtLeast(values, values.Length, throwOnEndOfStream: false);
        if (read < values.Length) throw new InvalidDataException($"ends after {read} of {values.Length} values");
        if (stream.ReadByte() >= 0) throw new InvalidDataException($"goes on after its {values.Length} values");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(values);
        return (values, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
