using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Parameters;

public sealed class SafetensorsTests
{
    private static readonly ParameterVector Model = new(new([new("0.weight", [2, 3]), new("0.bias", [2]), new("scale", [])]), [1, 2, 3, 4, 5, 6, -0.5f, 0.25f, 7]);

    private const string ModelHeader = """
        {"__metadata__":{"format":"pt"},"0.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"0.bias":{"dtype":"F32","shape":[2],"data_offsets":[24,32]},"scale":{"dtype":"F32","shape":[],"data_offsets":[32,36]}}
        """;

    [Fact]
    public async Task A_file_has_the_bytes_that_the_format_says()
    {
        var padded = ModelHeader.PadRight((ModelHeader.Length + 7) / 8 * 8);
        var expected = new List<byte>();
        expected.AddRange(BitConverter.GetBytes((ulong)padded.Length));
        expected.AddRange(Encoding.ASCII.GetBytes(padded));
        foreach (var value in Model.Values.ToArray()) expected.AddRange(BitConverter.GetBytes(value));

        var bytes = await WrittenAsync(Model);

        Assert.Equal(expected, bytes);
        Assert.Equal(0, (bytes.Length - 36) % 8);
    }

    [Fact]
    public async Task What_was_written_comes_back_with_its_statistics_and_hash()
    {
        var model = new ParameterVector(new([new("bn.weight", [4]), new("bn.mean\"ü", [4], Trainable: false), new("n", [], Trainable: false)]), [1, 2, 3, 4, 5, 6, 7, 8, 9]);

        var back = await ReadAsync(await WrittenAsync(model));

        Assert.True(back.Ok, back.Error);
        Assert.Equal(model.Schema, back.Parameters.Schema);
        Assert.Equal(model.Hash, back.Parameters.Hash);
    }

    [Fact]
    public async Task A_large_model_comes_back_through_a_stream_of_small_reads()
    {
        var model = new ParameterVector(new([new("w", [50_001])]), [.. Enumerable.Range(0, 50_001).Select(i => i * 0.5f)]);

        await using var slow = new OneByteShort(await WrittenAsync(model));
        var back = await Safetensors.ReadAsync(slow, 1 << 20, CancellationToken.None);

        Assert.Equal(model.Hash, back.Parameters?.Hash);
    }

    [Fact]
    public async Task A_file_of_another_writer_is_read_in_the_order_of_its_offsets()
    {
        // Names sorted in the header, no metadata, no padding: what other writers do.
        var back = await ReadAsync(File("""{"a":{"shape":[1],"data_offsets":[4,8],"dtype":"F32"},"b":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}""", 1f, 2f));

        Assert.True(back.Ok, back.Error);
        Assert.Equal(["b", "a"], back.Parameters.Schema.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([1f, 2f], back.Parameters.Values.ToArray());
    }

    [Theory]
    [InlineData("", "does not start with '{'")]
    [InlineData("[]", "does not start with '{'")]
    [InlineData("{}", "no tensor")]
    [InlineData(""" {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "does not start with '{'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}""", "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}{}""", "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "name twice")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}}""", "name twice")]
    [InlineData("""{"a":[[[[[[[[[[]]]]]]]]]]}""", "not valid JSON")]
    [InlineData("""{"a":1}""", "exactly dtype, shape and data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", "exactly dtype, shape and data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}""", "exactly dtype, shape and data_offsets")]
    [InlineData("""{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}}""", "dtype F32")]
    [InlineData("""{"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}""", "dtype F32")]
    [InlineData("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", "shape of tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", "shape of tensor 'a'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", "whole number from 1")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", "whole number from 1")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", "whole number from 1")]
    [InlineData("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", "whole number from 1")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}""", "whole number from 1")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}""", "more than the allowed")]
    [InlineData("""{"a":{"dtype":"F32","shape":[300000],"data_offsets":[0,1200000]}}""", "more than the allowed")]
    [InlineData("""{"a":{"dtype":"F32","shape":[200000],"data_offsets":[0,800000]},"b":{"dtype":"F32","shape":[200000],"data_offsets":[800000,1600000]}}""", "at most 262144")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", "not two numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":["0","4"]}}""", "not two numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1e99]}}""", "not two numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", "do not hold")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "do not hold")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "do not hold")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775805,-9223372036854775807]}}""", "do not hold")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "begins at byte 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "begins at byte 0")]
    [InlineData("""{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "name of a tensor")]
    [InlineData("""{"a\u0007":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "name of a tensor")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "Unicode")]
    [InlineData("""{"a":{"dtype":"\ud800","shape":[1],"data_offsets":[0,4]}}""", "Unicode")]
    [InlineData("""{"__metadata__":1,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "object of strings")]
    [InlineData("""{"__metadata__":{"format":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "object of strings")]
    [InlineData("""{"__metadata__":{"statistics":"x"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "not valid JSON")]
    [InlineData("""{"__metadata__":{"statistics":"[1]"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "array of names")]
    [InlineData("""{"__metadata__":{"statistics":"[\"b\"]"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "no such tensor")]
    public async Task A_broken_header_is_refused_with_a_sentence(string header, string expected)
    {
        var result = await ReadAsync(File(header.PadRight(2), 1f));

        Assert.False(result.Ok);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.EndsWith(".", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_cut_anywhere_or_with_a_byte_too_many_is_refused()
    {
        var whole = await WrittenAsync(Model);
        for (var length = 0; length < whole.Length; length++) Assert.False((await ReadAsync(whole[..length])).Ok, $"{length} bytes");

        Assert.Contains("goes on", (await ReadAsync([.. whole, 0])).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData((16UL << 20) + 1)]
    [InlineData(ulong.MaxValue)]
    public async Task A_header_of_impossible_length_is_refused_without_being_allocated(ulong length)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var result = await ReadAsync(bytes);

        Assert.Contains("header has", result.Error, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public async Task A_value_that_is_not_finite_is_refused()
    {
        var result = await ReadAsync(File("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", float.NaN));

        Assert.Contains("NaN", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_changed_byte_of_the_header_gives_a_model_or_a_sentence()
    {
        var whole = await WrittenAsync(Model);
        var random = new Random(3);
        for (var i = 0; i < 4000; i++)
        {
            var changed = (byte[])whole.Clone();
            changed[random.Next(whole.Length - 36)] = (byte)random.Next(256);
            var result = await ReadAsync(changed);
            Assert.True(result.Ok != (result.Error is not null));
        }
    }

    [Fact]
    public async Task A_tensor_with_the_name_of_the_metadata_cannot_be_written() =>
        await Assert.ThrowsAsync<ArgumentException>(() => WrittenAsync(new(new([new("__metadata__", [1])]), [1f])));

    private static byte[] File(string header, params ReadOnlySpan<float> values)
    {
        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. MemoryMarshal.AsBytes(values)];
    }

    private static async Task<byte[]> WrittenAsync(ParameterVector parameters)
    {
        using var stream = new MemoryStream();
        await Safetensors.WriteAsync(stream, parameters, CancellationToken.None);
        return stream.ToArray();
    }

    private static async Task<SafetensorsRead> ReadAsync(byte[] bytes) => await Safetensors.ReadAsync(new MemoryStream(bytes), 1 << 20, CancellationToken.None);

    /// <summary>Gives odd numbers of bytes, so that values are split between reads.</summary>
    private sealed class OneByteShort(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default) =>
            base.ReadAsync(destination[..Math.Min(destination.Length, 1021)], cancellationToken);
    }
}
