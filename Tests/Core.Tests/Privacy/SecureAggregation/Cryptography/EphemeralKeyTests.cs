using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation.Cryptography;

namespace Federated.Core.Tests.Privacy.SecureAggregation.Cryptography;

public sealed class EphemeralKeyTests
{
    // RFC 5903, 8.1: 256-bit random ECP group.
    private const string I = "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433";
    private const string PublicI = "04DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C37725811805271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3";
    private const string R = "C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53";
    private const string PublicR = "04D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF6356FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB";
    private const string Agreed = "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE";

    [Fact]
    public void Agreement_is_that_of_the_published_vectors()
    {
        using var i = EphemeralKey.FromScalar(Convert.FromHexString(I))!;
        using var r = EphemeralKey.FromScalar(Convert.FromHexString(R))!;
        Assert.Equal(PublicI, Text(i));
        Assert.Equal(PublicR, Text(r));
        Assert.Equal(Convert.FromHexString(Agreed), i.Agree(r.Public.AsSpan()));
        Assert.Equal(Convert.FromHexString(Agreed), r.Agree(i.Public.AsSpan()));
    }

    [Fact]
    public void Drawn_keys_are_different_and_agree()
    {
        using var a = EphemeralKey.Create(SystemRandom.Instance);
        using var b = EphemeralKey.Create(SystemRandom.Instance);
        Assert.NotEqual(Text(a), Text(b));
        Assert.Equal(a.Agree(b.Public.AsSpan()), b.Agree(a.Public.AsSpan()));
    }

    [Fact]
    public void What_is_no_point_of_the_curve_is_refused()
    {
        var good = Convert.FromHexString(PublicI);
        Assert.True(EphemeralKey.IsPoint(good));
        using var key = EphemeralKey.Create(SystemRandom.Instance);
        foreach (var bad in new[] { [], good[..64], [.. good, 0], Changed(0, 2), Changed(0, 0), Changed(1, 0xDB), Changed(64, 0xB4), new byte[65], [4, .. Enumerable.Repeat((byte)0xFF, 64)], [4, .. new byte[64]] })
        {
            Assert.False(EphemeralKey.IsPoint(bad));
            Assert.Null(key.Agree(bad));
        }

        byte[] Changed(int at, byte value)
        {
            var bytes = (byte[])good.Clone();
            bytes[at] = value;
            return bytes;
        }
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", false)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000001", true)]
    [InlineData("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550", true)]
    [InlineData("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", false)]   // the order
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", false)]
    [InlineData("01", false)]
    public void Private_key_is_between_one_and_the_order(string scalar, bool fits)
    {
        using var key = EphemeralKey.FromScalar(Convert.FromHexString(scalar));
        Assert.Equal(fits, key is not null);
    }

    [Fact]
    public void Drawing_goes_on_until_the_number_is_in_range()
    {
        using var key = EphemeralKey.Create(new Scripted(Enumerable.Repeat((byte)0xFF, 32).ToArray(), new byte[32], Convert.FromHexString(I)));
        Assert.Equal(PublicI, Text(key));
    }

    [Fact]
    public void Disposed_key_is_of_no_use()
    {
        var key = EphemeralKey.Create(SystemRandom.Instance);
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.Agree(Convert.FromHexString(PublicI)));
        Assert.Throws<ObjectDisposedException>(() => key.Scalar.Length);
    }

    private static string Text(EphemeralKey key) => Convert.ToHexString(key.Public.AsSpan());

    private sealed class Scripted(params byte[][] answers) : ISecureRandom
    {
        private readonly Queue<byte[]> _answers = new(answers);

        public void Fill(Span<byte> bytes) => _answers.Dequeue().CopyTo(bytes);
    }
}
