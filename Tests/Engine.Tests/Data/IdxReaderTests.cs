using System.IO.Compression;
using System.Security.Cryptography;
using Federated.Engine.Data.Idx;

namespace Federated.Engine.Tests.Data;

public sealed class IdxReaderTests
{
    private static readonly byte[] Valid = SmallIdx.Bytes([2, 3], 1, 2, 3, 4, 5, 6);

    [Fact]
    public void Array_is_read_with_the_hash_of_all_its_bytes()
    {
        var (values, hash) = Read(Valid, 2, 3);
        Assert.Equal([1, 2, 3, 4, 5, 6], values);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Valid)), hash);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void File_is_read_gzipped_or_not_whatever_its_name(bool gzipped)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write(gzipped ? "plain-name" : "gzip-name.gz", gzipped ? SmallIdx.Gzip(Valid) : Valid);
        Assert.Equal([1, 2, 3, 4, 5, 6], IdxReader.ReadFile(path, [2, 3]).Values);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (var length = 0; length < Valid.Length; length++)
            Assert.Contains("ends", Refusal(Valid[..length], 2, 3), StringComparison.Ordinal);
    }

    [Fact]
    public void Truncation_of_the_gzip_file_is_refused_unless_all_values_are_there()
    {
        using var folder = new TemporaryFolder();
        var gzipped = SmallIdx.Gzip(Valid);
        // The end of the last block and gzip's own checksum, 8 bytes, carry no values.
        for (var length = 0; length < gzipped.Length; length++)
        {
            var path = folder.Write("file", gzipped[..length]);
            if (Record.Exception(() => Assert.Equal([1, 2, 3, 4, 5, 6], IdxReader.ReadFile(path, [2, 3]).Values)) is not { } refusal)
                Assert.InRange(length, gzipped.Length - 10, gzipped.Length);
            else
                Assert.IsType<InvalidDataException>(refusal);
        }
    }

    [Theory]
    [InlineData(0, 1)]   // not zero
    [InlineData(1, 1)]
    [InlineData(2, 9)]   // signed bytes
    [InlineData(2, 13)]  // floats
    [InlineData(3, 1)]   // dimensions
    [InlineData(3, 255)]
    public void Another_magic_number_is_refused(int position, byte value)
    {
        var bytes = (byte[])Valid.Clone();
        bytes[position] = value;
        Assert.Contains("starts with", Refusal(bytes, 2, 3), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 0x7F)]
    [InlineData(4, 0xFF)]
    [InlineData(8, 0xFF)]
    [InlineData(7, 3)]
    [InlineData(11, 0)]
    public void Other_dimensions_are_refused_however_large_before_anything_is_allocated(int position, byte value)
    {
        var bytes = (byte[])Valid.Clone();
        bytes[position] = value;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("not 2 x 3", Refusal(bytes, 2, 3), StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void Trailing_bytes_are_refused() => Assert.Contains("goes on after its 6 values", Refusal([.. Valid, 0], 2, 3), StringComparison.Ordinal);

    [Fact]
    public void Gzip_bomb_is_left_after_the_first_byte_too_many()
    {
        // 64 MiB of zeros in about 64 KiB, behind a valid header.
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Valid);
            for (var i = 0; i < 1024; i++) gzip.Write(new byte[1 << 16]);
        }
        compressed.Position = 0;
        using var counted = new GZipStream(compressed, CompressionMode.Decompress);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => IdxReader.Read(counted, [2, 3]));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
        Assert.True(compressed.Position < compressed.Length, "The whole stream was read.");
    }

    private static (byte[] Values, string Sha256) Read(byte[] bytes, params int[] shape) => IdxReader.Read(new MemoryStream(bytes), [.. shape]);

    private static string Refusal(byte[] bytes, params int[] shape) => Assert.Throws<InvalidDataException>(() => Read(bytes, shape)).Message;
}
