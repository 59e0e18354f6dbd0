using Federated.Core.Algorithms;
using Federated.Worker.State;

namespace Federated.Worker.Tests.State;

public sealed class ClientStateFileTests
{
    private static readonly ClientStateLabel Label = new("run-1", "ward 7/北", 12, 2, 9);
    private static readonly ClientState State = ClientState.Empty.With("residual", new[] { 1.5f, -2f, float.Epsilon }).With("control", new[] { 0f }).With("none", Array.Empty<float>());

    [Fact]
    public void What_was_written_is_read()
    {
        var (label, state, error) = Read(Written());

        Assert.Equal("", error);
        Assert.Equal(Label, label);
        Assert.Equal(["control", "none", "residual"], state!.Vectors.Keys);
        Assert.Equal([1.5f, -2f, float.Epsilon], state.Vectors["residual"].ToArray());
        Assert.Empty(state.Vectors["none"].ToArray());
    }

    [Fact]
    public void Same_state_gives_the_same_bytes() => Assert.Equal(Written(), Written());

    [Fact]
    public void File_that_is_cut_anywhere_is_found_to_be_torn()
    {
        var bytes = Written();
        for (var length = 0; length < bytes.Length; length++)
        {
            var (label, state, error) = Read(bytes[..length]);
            Assert.Null(label);
            Assert.Null(state);
            Assert.NotEqual("", error);
        }
    }

    [Fact]
    public void File_with_any_byte_changed_or_one_more_is_found_to_be_changed()
    {
        var bytes = Written();
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 0x40;
            Assert.Null(Read(changed).State);
        }
        Assert.Null(Read([.. bytes, 0]).State);
    }

    [Fact]
    public void Length_that_the_file_does_not_have_takes_no_memory()
    {
        var bytes = Written();
        // The count of the first vector: 16 PiB of values.
        var at = bytes.AsSpan().IndexOf("control"u8) + "control".Length;
        BitConverter.TryWriteBytes(bytes.AsSpan(at), 1L << 52);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Null(Read(bytes).State);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Values_that_are_not_finite_are_refused_whatever_their_hash() =>
        Assert.Equal("has a value that is not finite", Read(Written(ClientState.Empty.With("c", new[] { float.NaN }))).Error);

    private static byte[] Written(ClientState? state = null)
    {
        using var stream = new MemoryStream();
        ClientStateFile.Write(stream, Label, state ?? State);
        return stream.ToArray();
    }

    private static (ClientStateLabel? Label, ClientState? State, string Error) Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return ClientStateFile.Read(stream);
    }
}
