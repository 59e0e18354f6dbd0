using System.Numerics;
using Federated.Core.Privacy;
using Federated.Core.Privacy.SecureAggregation.Sharing;

namespace Federated.Core.Tests.Privacy.SecureAggregation.Sharing;

public sealed class FieldTests
{
    private static readonly BigInteger P = BigInteger.Pow(2, 61) - 1;
    private static readonly ulong[] Edges = [0, 1, 2, 3, (1UL << 32) - 1, 1UL << 32, 1UL << 60, Field.Modulus / 2, Field.Modulus - 2, Field.Modulus - 1];

    [Fact]
    public void Operations_agree_with_whole_numbers_divided_by_p()
    {
        var elements = new ulong[60];
        Field.Fill(elements, new SeededSecureRandom(1));
        foreach (var a in Edges.Concat(elements))
            foreach (var b in Edges.Concat(elements))
            {
                Assert.Equal((a + (BigInteger)b) % P, Field.Add(a, b));
                Assert.Equal((a + P - b) % P, Field.Subtract(a, b));
                Assert.Equal(a * (BigInteger)b % P, Field.Multiply(a, b));
            }
    }

    [Fact]
    public void Inverse_times_the_element_is_one()
    {
        Assert.Equal(1UL << 60, Field.Invert(2));   // 2 * 2^60 = 2^61 = 1
        Assert.Equal(Field.Modulus - 1, Field.Invert(Field.Modulus - 1));   // (-1)(-1) = 1
        foreach (var element in Edges.Where(element => element != 0)) Assert.Equal(BigInteger.ModPow(element, P - 2, P), Field.Invert(element));
        Assert.Throws<DivideByZeroException>(() => Field.Invert(0));
    }

    [Fact]
    public void Filling_draws_again_what_is_p()
    {
        // 61 ones are p itself, which stands for the same as 0: taking it as 0 would make 0 twice as likely as the rest.
        var source = new Scripted([ulong.MaxValue, Field.Modulus, (7UL << 61) | 5]);
        var element = new ulong[1];
        Field.Fill(element, source);
        Assert.Equal(5UL, element[0]);
    }

    private sealed class Scripted(IEnumerable<ulong> words) : ISecureRandom
    {
        private readonly Queue<ulong> _words = new(words);

        public void Fill(Span<byte> bytes) => BitConverter.TryWriteBytes(bytes, _words.Dequeue());
    }
}
