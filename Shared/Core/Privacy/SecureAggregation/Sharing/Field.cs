using System.Runtime.InteropServices;

namespace Federated.Core.Privacy.SecureAggregation.Sharing;

/// <summary>Arithmetic modulo the Mersenne prime p = 2^61 - 1, without branches on the values. Elements are below p.</summary>
public static class Field
{
    /// <summary>p.</summary>
    public const ulong Modulus = (1UL << 61) - 1;

    /// <summary>a + b.</summary>
    public static ulong Add(ulong a, ulong b) => Reduce(a + b);

    /// <summary>a - b.</summary>
    public static ulong Subtract(ulong a, ulong b) => Reduce(a + (Modulus - b));

    /// <summary>a * b. With 2^61 = 1 the upper bits of the product, of at most 122, are added to the lower 61.</summary>
    public static ulong Multiply(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return Reduce((low & Modulus) + ((high << 3) | (low >> 61)));
    }

    /// <summary>1 / a = a^(p-2), by Fermat: the same steps for every a.</summary>
    /// <exception cref="DivideByZeroException">a is 0.</exception>
    public static ulong Invert(ulong a)
    {
        if (a == 0) throw new DivideByZeroException("0 has no inverse in the field.");
        var power = 1UL;
        // p - 2 = 2^61 - 3 in binary: 59 ones, then 0, then 1.
        for (var bit = 60; bit >= 0; bit--)
        {
            power = Multiply(power, power);
            if (bit != 1) power = Multiply(power, a);
        }
        return power;
    }

    /// <summary>Fills with uniform elements: 61 random bits each, drawn again in the one case in 2^61 that they are p.</summary>
    public static void Fill(Span<ulong> elements, ISecureRandom random)
    {
        random.Fill(MemoryMarshal.AsBytes(elements));
        for (var i = 0; i < elements.Length; i++)
            while ((elements[i] &= Modulus) == Modulus)
                random.Fill(MemoryMarshal.AsBytes(elements.Slice(i, 1)));
    }

    // Of a sum below 2p + 1: takes p away once where it fits, by a mask instead of a branch.
    private static ulong Reduce(ulong sum)
    {
        var less = unchecked(sum - Modulus);
        return less + (Modulus & (0 - (less >> 63)));
    }
}
