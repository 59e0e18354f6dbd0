using System.Runtime.InteropServices;
using Federated.Core.Parameters;

namespace Federated.Core.Tests.Parameters;

public sealed class FloatSinkTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Pieces_of_any_size_make_the_same_values(int piece)
    {
        var values = Enumerable.Range(0, 40_000).Select(i => i * 0.25f - 9).ToArray();
        var bytes = MemoryMarshal.AsBytes<float>(values);
        var destination = new float[values.Length + 1];
        var (fixedSink, growing) = (new FloatSink(destination, values.Length), FloatSink.Growing(values.Length));

        for (var start = 0; start < bytes.Length; start += piece)
        {
            var part = bytes.Slice(start, Math.Min(piece, bytes.Length - start));
            Assert.True(fixedSink.TryAppend(part));
            Assert.True(growing.TryAppend(part));
        }

        Assert.True(fixedSink.IsFull && growing.IsFull && fixedSink.IsFinite && growing.IsFinite);
        Assert.Equal(values, destination[..^1]);
        Assert.Equal(values, growing.Grown);
    }

    [Fact]
    public void More_than_the_declared_values_is_not_taken()
    {
        var sink = FloatSink.Growing(2);

        Assert.True(sink.TryAppend(new byte[7]));
        Assert.False(sink.TryAppend(new byte[2]));
        Assert.Equal(7, sink.Bytes);
        Assert.False(sink.IsFull);
    }

    [Fact]
    public void A_value_that_is_not_finite_is_noticed_even_when_it_is_split()
    {
        var sink = FloatSink.Growing(2);
        byte[] bytes = [0, 0, 128, 63, 0, 0, 128, 127]; // 1, then infinity

        Assert.True(sink.TryAppend(bytes.AsSpan(0, 7)) && sink.IsFinite);
        Assert.True(sink.TryAppend(bytes.AsSpan(7)));
        Assert.False(sink.IsFinite);
    }
}
