using System.Numerics.Tensors;
using Federated.Core.Aggregation.Vectors;

namespace Federated.Core.Privacy.Differential;

/// <summary>Cuts vectors to a length: Δ / max(1, ‖Δ‖ / C). McMahan, Ramage, Talwar, Zhang, "Learning Differentially Private Recurrent Language Models", ICLR 2018, arXiv:1710.06963, FlatClip.</summary>
internal static class Clipping
{
    /// <summary>Cuts a vector in place. The result may be longer than the bound by what float32 rounds; whoever adds vectors up holds them to it exactly (<see cref="GridSum"/>).</summary>
    /// <param name="values">Finite.</param>
    /// <param name="bound">C, above 0.</param>
    /// <returns>Whether it was no longer than the bound.</returns>
    public static bool Cut(Memory<float> values, double bound)
    {
        var norm = Math.Sqrt(Products.SquaredNorm(values, threads: 1));
        if (norm <= bound) return true;
        TensorPrimitives.Multiply(values.Span, (float)(bound / norm), values.Span);
        return false;
    }
}
