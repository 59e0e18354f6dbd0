using System.Buffers.Binary;
using Federated.Core.Privacy;
using Federated.Core.Randomness;

namespace Federated.Core.Rounds.Selection;

/// <summary>Where lots come from: a stream that the job's seed decides, so that a run can be repeated, or a source that nobody can foresee, where a guarantee rests on nobody knowing who was drawn.</summary>
public sealed class Lots
{
    private readonly Func<ulong> _next;

    /// <summary>Lots of a seed.</summary>
    public Lots(RandomStream stream) => _next = stream.NextUInt64;

    /// <summary>Secret lots.</summary>
    public Lots(ISecureRandom secret) => _next = () =>
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        secret.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    };

    /// <summary>True with a probability, to 2^-53.</summary>
    /// <param name="probability">0 to 1.</param>
    public bool Hit(double probability) => (_next() >> 11) * Math.ScaleB(1, -53) < probability;

    /// <summary>Some of them, each set of that size as likely as any other.</summary>
    /// <param name="all">Is put in another order.</param>
    /// <param name="count">How many, at most all.</param>
    public T[] Take<T>(T[] all, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var j = i + Below(all.Length - i);
            (all[i], all[j]) = (all[j], all[i]);
        }
        return all[..count];
    }

    // Uniform in 0..bound-1 without bias: what does not fill a whole number of bounds is drawn again.
    private int Below(int bound)
    {
        var limit = ulong.MaxValue - ulong.MaxValue % (ulong)bound;
        var drawn = _next();
        while (drawn >= limit) drawn = _next();
        return (int)(drawn % (ulong)bound);
    }
}
