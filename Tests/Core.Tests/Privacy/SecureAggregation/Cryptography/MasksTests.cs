using Federated.Core.Privacy.SecureAggregation.Cryptography;

namespace Federated.Core.Tests.Privacy.SecureAggregation.Cryptography;

public sealed class MasksTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(5, 3)]
    [InlineData(8192, 2)]
    [InlineData(300_001, 9)]
    [InlineData(3, 10_000)]
    public void Mask_is_the_stream_read_as_words_and_the_scalars_come_behind(int length, int scalars)
    {
        var (key, other) = (Key(1), Key(2));
        uint[] values = [.. Enumerable.Range(0, length).Select(i => (uint)i * 2654435761)];
        ulong[] tail = [.. Enumerable.Range(0, scalars).Select(i => (ulong)i)];
        var (expectedValues, expectedTail) = ((uint[])values.Clone(), (ulong[])tail.Clone());
        foreach (var (bytes, sign) in new[] { (Stream(key, length, scalars), 1), (Stream(other, length, scalars), -1) })
        {
            for (var i = 0; i < length; i++) expectedValues[i] = unchecked(expectedValues[i] + (uint)(sign * (int)BitConverter.ToUInt32(bytes, 4 * i)));
            var begin = (4 * length + 15) / 16 * 16;
            for (var i = 0; i < scalars; i++) expectedTail[i] = unchecked(expectedTail[i] + (ulong)(sign * (long)BitConverter.ToUInt64(bytes, begin + 8 * i)));
        }

        Masks.Apply([new(key, Add: true), new(other, Add: false)], values, tail, threads: 4);

        Assert.Equal(expectedValues, values);
        Assert.Equal(expectedTail, tail);
    }

    [Fact]
    public void Number_of_threads_does_not_change_the_result()
    {
        var (one, many) = (new uint[500_003], new uint[500_003]);
        Masks.Apply([new(Key(1), true), new(Key(2), false)], one, new ulong[5], 1);
        Masks.Apply([new(Key(1), true), new(Key(2), false)], many, new ulong[5], 7);
        Assert.Equal(one, many);
    }

    [Fact]
    public void Cancellation_gives_up()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Masks.Apply([new(Key(1), true)], new uint[10], [], 1, source.Token));
    }

    // Every block on its own, through the cipher itself.
    private static byte[] Stream(byte[] key, int length, int scalars)
    {
        using var aes = System.Security.Cryptography.Aes.Create();
        aes.Key = key;
        var blocks = new byte[((4 * length + 15) / 16 + (8 * scalars + 15) / 16) * 16];
        for (var block = 0; block < blocks.Length / 16; block++)
            for (var i = 0; i < 4; i++)
                blocks[16 * block + 15 - i] = (byte)(block >> (8 * i));
        return aes.EncryptEcb(blocks, System.Security.Cryptography.PaddingMode.None);
    }

    private static byte[] Key(ulong seed)
    {
        var key = new byte[32];
        new SeededSecureRandom(seed).Fill(key);
        return key;
    }
}
