using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Parameters;

public sealed class SafetensorsFileTests
{
    private static readonly ParameterVector Model = new(new([new("w", [2]), new("mean", [], Trainable: false)]), [1, 2, 3]);

    private const string Tensors = """
        "w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"mean":{"dtype":"F32","shape":[],"data_offsets":[8,12]}
        """;

    private const string Slot = """
        "federated.slot/m":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}
        """;

    [Fact]
    public async Task Slots_follow_the_model_in_the_order_of_their_names()
    {
        const string slots = """
            "slots":"[\u0022federated.slot/V\u0022,\u0022federated.slot/m\u0022]"
            """;
        const string first = """
            "federated.slot/V":{"dtype":"F32","shape":[3],"data_offsets":[12,24]}
            """;
        const string second = """
            "federated.slot/m":{"dtype":"F32","shape":[3],"data_offsets":[24,36]}
            """;
        var header = """{"__metadata__":{"format":"pt","statistics":"[\u0022mean\u0022]",""" + slots + ",\"a\":\"2\",\"round\":\"7\"},"
            + $"{Tensors},{first},{second}}}";
        var padded = header.PadRight((header.Length + 7) / 8 * 8);

        var bytes = await WrittenAsync(new(Model, Slots(("m", [7, 8, 9]), ("V", [4, 5, 6])), Metadata(("round", "7"), ("a", "2"))));

        Assert.Equal(padded, Encoding.UTF8.GetString(bytes.AsSpan(8, bytes.Length - 8 - 36)));
        Assert.Equal((ulong)padded.Length, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        Assert.Equal([1f, 2, 3, 4, 5, 6, 7, 8, 9], MemoryMarshal.Cast<byte, float>(bytes.AsSpan(bytes.Length - 36)).ToArray());
    }

    [Fact]
    public async Task A_model_alone_has_the_bytes_that_it_always_had()
    {
        var alone = await WrittenAsync(new(Model));
        using var stream = new MemoryStream();
        await Safetensors.WriteAsync(stream, Model, CancellationToken.None);

        Assert.Equal(stream.ToArray(), alone);
        // Of the file that the first version of the format gave.
        Assert.Equal("0bb66951098d06328f7898932e3f487d247e07db7815aa4a4708e2f9c8154634", Convert.ToHexStringLower(SHA256.HashData(alone)));
    }

    [Fact]
    public async Task What_was_written_comes_back_whole()
    {
        var slots = Slots(("m", [-0f, float.Epsilon, float.MaxValue]), ("ü/\"x\"", [4, 5, 6]));
        var back = await ReadAsync(await WrittenAsync(new(Model, slots, Metadata(("round", "7"), ("", "")))));

        Assert.True(back.Ok, back.Error);
        Assert.Equal(Model.Schema, back.File.Parameters.Schema);
        Assert.Equal(Model.Hash, back.File.Parameters.Hash);
        Assert.Equal(slots.Keys.Order(), back.File.Slots.Keys.Order());
        foreach (var (name, values) in slots) Assert.Equal(ParameterHash.Of(values.Span), ParameterHash.Of(back.File.Slots[name].Span));
        Assert.Equal([("", ""), ("round", "7")], back.File.Metadata.Select(entry => (entry.Key, entry.Value)).Order());
    }

    [Fact]
    public async Task Slots_may_be_shorter_and_longer_than_the_model()
    {
        var back = await ReadAsync(await WrittenAsync(new(Model, Slots(("a", [1]), ("b", [2, 3, 4, 5, 6]), ("c", [7, 8])), Metadata())));
        Assert.Equal([[1f], [2f, 3f, 4f, 5f, 6f], [7f, 8f]], new[] { "a", "b", "c" }.Select(name => back.File!.Slots[name].ToArray()));
    }

    [Fact]
    public async Task A_model_whose_tensors_are_called_like_slots_keeps_them_apart()
    {
        var model = new ParameterVector(new([new("federated.slot/m", [1]), new("federated.slot//m", [1])]), [1, 2]);
        var back = await ReadAsync(await WrittenAsync(new(model, Slots(("m", [3, 4]), ("/m", [5, 6])), Metadata())));

        Assert.True(back.Ok, back.Error);
        Assert.Equal(model.Schema, back.File.Parameters.Schema);
        Assert.Equal([3f, 4f], back.File.Slots["m"].ToArray());
        Assert.Equal([5f, 6f], back.File.Slots["/m"].ToArray());
    }

    [Fact]
    public async Task Reading_the_model_alone_leaves_the_slots_out()
    {
        var bytes = await WrittenAsync(new(Model, Slots(("m", [7, 8, 9])), Metadata(("round", "7"))));

        var model = await Safetensors.ReadAsync(new MemoryStream(bytes), 1 << 20, CancellationToken.None);

        Assert.Equal((Model.Schema, Model.Hash), (model.Parameters?.Schema, model.Parameters?.Hash));
    }

    [Fact]
    public async Task Vectors_longer_than_a_buffer_come_back_through_reads_of_any_length()
    {
        float[] Values(int first) => [.. Enumerable.Range(first, 50_001).Select(i => i * 0.5f)];
        var file = new SafetensorsFile(new(new([new("w", [50_001])]), Values(0)), Slots(("a", Values(1)), ("b", Values(2))), Metadata());
        var bytes = await WrittenAsync(file);
        foreach (var most in new[] { 1021, 65_536, 200_004, bytes.Length })
        {
            await using var stream = new Portions(bytes, most);
            var back = await Safetensors.ReadFileAsync(stream, bytes.Length, CancellationToken.None);

            Assert.True(back.Ok, back.Error);
            Assert.Equal(file.Parameters.Hash, back.File.Parameters.Hash);
            Assert.Equal(Values(1), back.File.Slots["a"].ToArray());
            Assert.Equal(Values(2), back.File.Slots["b"].ToArray());
        }
    }

    [Fact]
    public async Task Memory_is_taken_once_for_each_value()
    {
        const int count = 4 << 20;
        var bytes = await WrittenAsync(new(new(new([new("w", [count])]), new float[count]), Slots(("m", new float[count])), Metadata()));
        using var stream = new MemoryStream(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var read = Safetensors.ReadFileAsync(stream, bytes.Length, CancellationToken.None);

        Assert.True(read.IsCompletedSuccessfully);   // a stream in memory: all of it ran on this thread
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 8L * count, 8L * count + (1 << 20));
        Assert.True((await read).Ok);
    }

    [Fact]
    public async Task A_header_that_says_more_than_the_bound_takes_no_memory()
    {
        var bytes = File("""{"__metadata__":{"slots":"[\"federated.slot/m\"]"},"w":{"dtype":"F32","shape":[250000],"data_offsets":[0,1000000]},"""
            + """ "federated.slot/m":{"dtype":"F32","shape":[250000],"data_offsets":[1000000,2000000]}}""");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var read = await ReadAsync(bytes, maxBytes: 1_999_999);

        Assert.Equal("The file has 500000 values; at most 499999 are allowed.", read.Error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
    }

    [Fact]
    public async Task A_file_cut_anywhere_or_with_a_byte_too_many_is_refused()
    {
        var whole = await WrittenAsync(new(Model, Slots(("m", [7, 8, 9]), ("v", [4, 5, 6])), Metadata(("round", "7"))));
        for (var length = 0; length < whole.Length; length++) Assert.False((await ReadAsync(whole[..length])).Ok, $"{length} bytes");

        Assert.Equal("The file ends after 35 of 36 bytes of values.", (await ReadAsync(whole[..^1])).Error);
        Assert.Equal("The file goes on after the last tensor.", (await ReadAsync([.. whole, 0])).Error);
    }

    [Theory]
    [InlineData("""{"slots":"["}""", "not valid JSON")]
    [InlineData("""{"slots":"{}"}""", "slots of the metadata are not an array of names")]
    [InlineData("""{"slots":"[1]"}""", "slots of the metadata are not an array of names")]
    [InlineData("""{"slots":"[\"federated.slot/x\"]"}""", "no such tensor")]
    [InlineData("""{"slots":"[\"w\"]"}""", "do not follow the tensors of a model")]
    [InlineData("""{"slots":"[\"w\",\"mean\",\"federated.slot/m\"]"}""", "do not follow the tensors of a model")]
    [InlineData("""{"slots":"[\"mean\",\"federated.slot/m\"]"}""", "Slot 'mean' is not called federated.slot/NAME or is not of one dimension")]
    public async Task Metadata_that_does_not_fit_the_tensors_is_refused(string metadata, string expected)
    {
        var read = await ReadAsync(File($$"""{"__metadata__":{{metadata}},{{Tensors}},{{Slot}}}""", 1, 2, 3, 4, 5, 6));

        Assert.False(read.Ok);
        Assert.Contains(expected, read.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("federated.slot/", "[3]", "12,24")]
    [InlineData("m", "[3]", "12,24")]
    [InlineData("federated.slot/m", "[1,3]", "12,24")]
    [InlineData("federated.slot/m", "[]", "12,16")]
    public async Task A_slot_of_another_name_or_shape_is_refused(string name, string shape, string offsets)
    {
        var slot = $$"""{"dtype":"F32","shape":{{shape}},"data_offsets":[{{offsets}}]}""";
        var read = await ReadAsync(File($$"""{"__metadata__":{"slots":"[\"{{name}}\"]"},{{Tensors}},"{{name}}":{{slot}}}""", 1, 2, 3, 4, 5, 6, 7));

        Assert.Equal($"Slot '{name}' is not called federated.slot/NAME or is not of one dimension.", read.Error);
    }

    [Fact]
    public async Task A_value_of_a_slot_that_is_not_finite_is_refused()
    {
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            var read = await ReadAsync(await WrittenAsync(new(Model, Slots(("m", [7, bad, 9])), Metadata())));
            Assert.Contains("NaN", read.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Any_changed_byte_of_the_header_gives_a_file_or_a_sentence()
    {
        var whole = await WrittenAsync(new(Model, Slots(("m", [7, 8, 9])), Metadata(("round", "7"))));
        var random = new Random(5);
        for (var i = 0; i < 4000; i++)
        {
            var changed = (byte[])whole.Clone();
            changed[random.Next(whole.Length - 24)] = (byte)random.Next(256);
            var read = await ReadAsync(changed);
            Assert.True(read.Ok != (read.Error is not null));
        }
    }

    [Fact]
    public async Task What_could_not_be_read_again_is_not_written()
    {
        await AssertRefusedAsync(new(Model, Slots(("m", [])), Metadata()), "Slot 'm' has no values.");
        await AssertRefusedAsync(new(Model, Slots(("", [1, 2, 3])), Metadata()), "A slot's name is empty or has a control character.");
        await AssertRefusedAsync(new(Model, Slots(("a\n", [1, 2, 3])), Metadata()), "A slot's name is empty or has a control character.");
        foreach (var key in new[] { "format", "statistics", "slots" })
            await AssertRefusedAsync(new(Model, Slots(), Metadata((key, "x"))), $"The metadata key '{key}' belongs to the format.");
        var deep = new ParameterSchema([new("deep", [.. Enumerable.Repeat(1, 17)])]);
        await AssertRefusedAsync(new(new(deep, [1])), "Tensor 'deep' has 17 dimensions; at most 16 are allowed.");
        var wide = new ParameterSchema([.. Enumerable.Range(0, 40).Select(i => new TensorSpec($"{i}" + new string('x', 1 << 19), []))]);
        await AssertRefusedAsync(new(new(wide, new float[40])), "The names of the tensors make a header of ");
    }

    private static async Task AssertRefusedAsync(SafetensorsFile file, string expected)
    {
        using var stream = new MemoryStream();
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Safetensors.WriteAsync(stream, file, CancellationToken.None));
        Assert.StartsWith(expected, error.Message);
        Assert.Equal(0, stream.Length);
    }

    private static ImmutableDictionary<string, ReadOnlyMemory<float>> Slots(params IEnumerable<(string Name, float[] Values)> slots) =>
        slots.ToImmutableDictionary(slot => slot.Name, slot => (ReadOnlyMemory<float>)slot.Values);

    private static ImmutableDictionary<string, string> Metadata(params IEnumerable<(string Key, string Text)> entries) =>
        entries.ToImmutableDictionary(entry => entry.Key, entry => entry.Text);

    private static byte[] File(string header, params ReadOnlySpan<float> values)
    {
        var text = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. MemoryMarshal.AsBytes(values)];
    }

    private static async Task<byte[]> WrittenAsync(SafetensorsFile file)
    {
        using var stream = new MemoryStream();
        await Safetensors.WriteAsync(stream, file, CancellationToken.None);
        return stream.ToArray();
    }

    private static async Task<SafetensorsFileRead> ReadAsync(byte[] bytes, long maxBytes = 1 << 20) =>
        await Safetensors.ReadFileAsync(new MemoryStream(bytes), maxBytes, CancellationToken.None);

    /// <summary>Gives so many bytes at most at a time.</summary>
    private sealed class Portions(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default) =>
            base.ReadAsync(destination[..Math.Min(destination.Length, most)], cancellationToken);
    }
}
