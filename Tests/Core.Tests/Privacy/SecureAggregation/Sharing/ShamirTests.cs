using System.Numerics;
using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation.Sharing;
using Federated.Core.Randomness;

namespace Federated.Core.Tests.Privacy.SecureAggregation.Sharing;

public sealed class ShamirTests
{
    private static readonly BigInteger P = BigInteger.Pow(2, 61) - 1;

    [Fact]
    public void Weights_of_three_holders_are_those_worked_out_by_hand()
    {
        // At 1, 2, 3: 2*3 / ((2-1)(3-1)) = 3, 1*3 / ((1-2)(3-2)) = -3, 1*2 / ((1-3)(2-3)) = 1.
        var weights = Shamir.Weights([1, 2, 3]);
        Assert.Equal([3UL, Field.Modulus - 3, 1UL], weights);

        // f = 5 + 2x + x^2 is 8, 13, 20 there: 24 - 39 + 20 = 5.
        var secret = new byte[32];
        Assert.True(Shamir.TryOpen([Same(8), Same(13), Same(20)], weights, secret));
        Assert.Equal(Value(secret), Enumerable.Range(0, 5).Aggregate(BigInteger.Zero, (sum, piece) => sum + (BigInteger.Parse("5") << (52 * piece))));
    }

    [Fact]
    public void Polynomial_takes_its_coefficients_from_the_source()
    {
        // Every word of this source is 7: with t = 3 the polynomials are s + 7x + 7x^2.
        var shares = Shamir.Share(new byte[32], 3, [1, 2, 10], new Sevens());
        Assert.Equal([14UL, 42UL, 770UL], new[] { shares[0], shares[5], shares[10] });
    }

    [Fact]
    public void Secret_is_cut_into_four_pieces_of_52_bits_and_one_of_48()
    {
        var secret = Secret(3);
        var pieces = Shamir.Share(secret, 1, [1], SystemRandom.Instance);   // t = 1: the constant polynomial
        for (var piece = 0; piece < 5; piece++) Assert.Equal((Value(secret) >> (52 * piece)) % BigInteger.Pow(2, 52), pieces[piece]);
        Assert.True(pieces[4] < 1UL << 48);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 5)]
    [InlineData(7, 10)]
    [InlineData(34, 50)]
    public void Any_t_holders_open_the_secret(int threshold, int count)
    {
        var random = new RandomStream((ulong)(threshold * 1000 + count));
        int[] holders = [.. Enumerable.Range(1, count).Select(i => 3 * i)];
        for (var trial = 0; trial < 20; trial++)
        {
            var secret = Secret((ulong)trial);
            var shares = Split(Shamir.Share(secret, threshold, holders, SystemRandom.Instance));
            int[] chosen = [.. Enumerable.Range(0, count)];
            random.Shuffle(chosen.AsSpan());
            chosen = chosen[..threshold];

            var opened = new byte[32];
            Assert.True(Shamir.TryOpen([.. chosen.Select(i => shares[i])], Shamir.Weights([.. chosen.Select(i => holders[i])]), opened));
            Assert.Equal(secret, opened);
        }
    }

    [Fact]
    public void Fewer_than_t_shares_fit_every_secret()
    {
        // Three holders of four, t = 4. For whatever other secret there is exactly one share of the fourth that makes the four open it: the three say nothing. That share is worked out here with whole numbers, by solving Lagrange's formula for it.
        int[] holders = [1, 2, 5, 9];
        var shares = Split(Shamir.Share(Secret(1), 4, holders, SystemRandom.Instance));
        var weights = Shamir.Weights(holders);
        for (ulong other = 2; other < 50; other++)
        {
            var pretended = Secret(other);
            var fourth = new ulong[5];
            for (var piece = 0; piece < 5; piece++)
            {
                var known = Enumerable.Range(0, 3).Aggregate(BigInteger.Zero, (sum, i) => sum + (BigInteger)weights[i] * shares[i].Elements[piece]);
                var wanted = (Value(pretended) >> (52 * piece)) % BigInteger.Pow(2, 52);
                fourth[piece] = (ulong)(((wanted - known) % P + P) * BigInteger.ModPow(weights[3], P - 2, P) % P);
            }
            var opened = new byte[32];
            Assert.True(Shamir.TryOpen([shares[0], shares[1], shares[2], new([.. fourth])], weights, opened));
            Assert.Equal(pretended, opened);
        }
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0xFF)]
    public void Single_share_is_uniform_whatever_the_secret(byte value)
    {
        // 40,000 shares of each of the pieces; the 8 bits below the highest 5.
        var secret = Enumerable.Repeat(value, 32).ToArray();
        var source = new SeededSecureRandom(11);
        ChiSquare.AssertUniform(Enumerable.Range(0, 8000).SelectMany(_ => Shamir.Share(secret, 2, [1, 2], source)[..5]).Select(element => (byte)(element >> 48)));
    }

    [Fact]
    public void One_wrong_share_opens_something_else()
    {
        var secret = Secret(4);
        var shares = Split(Shamir.Share(secret, 3, [1, 2, 3], SystemRandom.Instance));
        shares[1] = new(shares[1].Elements.SetItem(0, Field.Add(shares[1].Elements[0], 1)));
        var opened = new byte[32];
        // The first piece is off by a weight of -3: it may or may not be below 2^52, and is the wrong one in any case.
        Shamir.TryOpen(shares, Shamir.Weights([1, 2, 3]), opened);
        Assert.NotEqual(secret, opened);
    }

    [Fact]
    public void Piece_that_nobody_can_have_shared_is_noticed() =>
        Assert.False(Shamir.TryOpen([Same(1UL << 52)], [1], new byte[32]));

    [Fact]
    public void Senseless_calls_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Shamir.Share(new byte[31], 2, [1, 2], SystemRandom.Instance));
        Assert.Throws<ArgumentException>(() => Shamir.Share(new byte[32], 3, [1, 2], SystemRandom.Instance));
        Assert.Throws<ArgumentException>(() => Shamir.Share(new byte[32], 2, [1, 1], SystemRandom.Instance));
        Assert.Throws<ArgumentException>(() => Shamir.Share(new byte[32], 2, [0, 1], SystemRandom.Instance));   // f(0) is the secret itself
        Assert.Throws<ArgumentOutOfRangeException>(() => Shamir.Share(new byte[32], 0, [1], SystemRandom.Instance));
        Assert.Throws<ArgumentException>(() => Shamir.Weights([]));
        Assert.Throws<ArgumentException>(() => Shamir.TryOpen([Same(1)], [1, 2], new byte[32]));
    }

    [Fact]
    public void Share_is_read_back_from_bytes_and_refused_where_it_is_none()
    {
        var share = new SecretShare([1, 2, 3, Field.Modulus - 1, 0]);
        var bytes = new byte[SecretShare.Length];
        share.Write(bytes);
        Assert.True(SecretShare.Read(bytes)!.Same(share));
        Assert.Null(SecretShare.Read(bytes.AsSpan(1)));
        BitConverter.TryWriteBytes(bytes.AsSpan(16), Field.Modulus);
        Assert.Null(SecretShare.Read(bytes));
    }

    private static SecretShare Same(ulong element) => new([element, element, element, element, element]);

    private static SecretShare[] Split(ulong[] shares) => [.. shares.Chunk(5).Select(elements => new SecretShare([.. elements]))];

    private static BigInteger Value(byte[] secret) => new(secret, isUnsigned: true);

    private static byte[] Secret(ulong seed)
    {
        var secret = new byte[32];
        new SeededSecureRandom(seed).Fill(secret);
        return secret;
    }

    private sealed class Sevens : ISecureRandom
    {
        public void Fill(Span<byte> bytes)
        {
            for (var at = 0; at < bytes.Length; at += 8) BitConverter.TryWriteBytes(bytes[at..], 7UL);
        }
    }
}
