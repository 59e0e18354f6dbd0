using System.Numerics;
using Federated.Core.Privacy.SecureAggregation.Cryptography;

namespace Federated.Core.Tests.Privacy.SecureAggregation.Cryptography;

public sealed class KeyStreamTests
{
    // SP 800-38A, F.5.5: CTR-AES256.Encrypt.
    private const string Key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
    private const string Counter = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
    private const string Plain = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
    private const string Cipher = "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6";

    [Fact]
    public void Stream_is_that_of_the_published_vectors()
    {
        using var stream = new KeyStream(Convert.FromHexString(Key), Convert.FromHexString(Counter));
        var bytes = new byte[64];
        stream.Fill(0, bytes);
        Assert.Equal(Convert.FromHexString(Cipher), Xor(bytes, Convert.FromHexString(Plain)));
    }

    [Fact]
    public void Stream_can_be_entered_at_any_block()
    {
        using var stream = new KeyStream(Convert.FromHexString(Key), Convert.FromHexString(Counter));
        var bytes = new byte[32];
        stream.Fill(2, bytes);
        Assert.Equal(Convert.FromHexString(Cipher)[32..], Xor(bytes, Convert.FromHexString(Plain)[32..]));
    }

    [Fact]
    public void Counter_carries_into_its_upper_half()
    {
        using var before = new KeyStream(Convert.FromHexString(Key), Convert.FromHexString("0000000000000041ffffffffffffffff"));
        using var after = new KeyStream(Convert.FromHexString(Key), Convert.FromHexString("00000000000000420000000000000000"));
        var (second, first) = (new byte[16], new byte[16]);
        before.Fill(1, second);
        after.Fill(0, first);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Every_bit_of_the_key_changes_the_mask()
    {
        // A generator that folds its seed to 32 bits gives one mask for keys that differ above them. Here each of the 256 keys gives an unrelated one: of 8192 bits 4096 differ, give or take 45; 400 are 8.8 standard deviations, which no
        // pair of unrelated masks will ever show.
        var key = Convert.FromHexString(Key);
        var mask = Mask(key);
        for (var bit = 0; bit < 256; bit++)
        {
            var other = (byte[])key.Clone();
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.InRange(Xor(mask, Mask(other)).Sum(value => BitOperations.PopCount(value)), 4096 - 400, 4096 + 400);
        }
    }

    [Fact]
    public void Key_of_another_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new KeyStream(new byte[16]));
        Assert.Throws<ArgumentException>(() => new KeyStream(new byte[32], new byte[8]));
    }

    private static byte[] Mask(byte[] key)
    {
        using var stream = new KeyStream(key);
        var bytes = new byte[1024];
        stream.Fill(0, bytes);
        return bytes;
    }

    private static byte[] Xor(byte[] left, byte[] right) => [.. left.Zip(right, (a, b) => (byte)(a ^ b))];
}
