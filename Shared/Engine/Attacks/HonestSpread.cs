using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Federated.Engine.Attacks;

/// <summary>Mean and standard deviation of what the attackers would send if they were honest, made once for a round's broadcast. Thread-safe: whoever comes meanwhile waits, for it needs the same.</summary>
internal sealed class HonestSpread
{
    private readonly Lock _gate = new();
    private byte[] _broadcast = [];
    private int _round;
    private (float[] Mean, float[] Deviation) _made;

    /// <summary>Both of a round, shape [U] each; not to be changed.</summary>
    /// <param name="round">1-based.</param>
    /// <param name="broadcast">Shape [B].</param>
    /// <param name="honest">The updates of all attackers, shape [U] each, in one order.</param>
    public (float[] Mean, float[] Deviation) Of(int round, ReadOnlyMemory<float> broadcast, Func<IReadOnlyList<float[]>> honest)
    {
        var hash = SHA256.HashData(MemoryMarshal.AsBytes(broadcast.Span));
        lock (_gate)
        {
            if (round != _round || !hash.AsSpan().SequenceEqual(_broadcast)) (_made, _round, _broadcast) = (Measure(honest()), round, hash);
            return _made;
        }
    }

    private static (float[] Mean, float[] Deviation) Measure(IReadOnlyList<float[]> updates)
    {
        var (mean, deviation) = (new float[updates[0].Length], new float[updates[0].Length]);
        var column = new double[updates.Count];
        for (var i = 0; i < mean.Length; i++)
        {
            for (var k = 0; k < column.Length; k++) column[k] = updates[k][i];
            var middle = column.Sum() / column.Length;
            var squares = 0.0;
            foreach (var value in column) squares += (value - middle) * (value - middle);
            (mean[i], deviation[i]) = ((float)middle, (float)Math.Sqrt(squares / column.Length));
        }
        return (mean, deviation);
    }
}
