using Federated.Core.Aggregation.Vectors;

namespace Federated.Core.Aggregation.Rules;

/// <summary>FLTrust. Cao, Fang, Liu, Gong, "FLTrust: Byzantine-robust Federated Learning via Trust Bootstrapping", NDSS 2021, arXiv:2012.13995.</summary>
/// <remarks>With g_0 the trusted update: each g_i gets the trust score TS_i = max(0, cos(g_i, g_0)) and the length of g_0, and the result is Σ TS_i (‖g_0‖ / ‖g_i‖) g_i / Σ TS_i. g_0 itself is not in the sum.
/// Updates count alike. An update of length 0 has no direction, and no trust. Deviation: g_0 is of a client that the job names, not of the server.</remarks>
internal sealed class FlTrust : IRobustRule
{
    /// <inheritdoc/>
    public void Combine(RuleInput updates, Memory<float> result)
    {
        var length = Math.Sqrt(Products.SquaredNorm(updates.Root, updates.Threads));
        if (length == 0) throw new InvalidOperationException("the trusted client's update is 0, so that no update can agree with it.");
        var (products, squares) = Products.With(updates.Vectors, updates.Root, updates.Threads);
        double[] trust = [.. products.Select((product, i) => product > 0 ? product / (length * Math.Sqrt(squares[i])) : 0)];
        var sum = trust.Sum();
        if (sum == 0) throw new InvalidOperationException("no update agrees with that of the trusted client, so that fltrust trusts nobody.");
        LinearSum.Of([.. trust.Select((score, i) => score > 0 ? score / sum * length / Math.Sqrt(squares[i]) : 0)], updates.Vectors, result, updates.Threads);
    }
}
