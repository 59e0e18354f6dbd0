using Federated.Core.Randomness;

namespace Federated.Engine.Objectives;

/// <summary>Probabilities out of scores, and draws from them. Pure.</summary>
internal static class Likelihood
{
    /// <summary>Softmax of scores over a temperature: exp(s / t) over the sum of these. Scores of minus infinity have the probability 0.</summary>
    /// <param name="scores">At least one is finite.</param>
    /// <param name="temperature">Above 0. Below 1 the likely become likelier.</param>
    public static double[] Softmax(ReadOnlySpan<float> scores, double temperature = 1)
    {
        var (largest, sum) = (float.NegativeInfinity, 0.0);
        foreach (var score in scores) largest = Math.Max(largest, score);
        var shares = new double[scores.Length];
        for (var i = 0; i < shares.Length; i++) sum += shares[i] = Math.Exp(((double)scores[i] - largest) / temperature);   // at most 1: nothing overflows
        for (var i = 0; i < shares.Length; i++) shares[i] /= sum;
        return shares;
    }

    /// <summary>The logistic function.</summary>
    public static float Sigmoid(float score) => (float)(1 / (1 + Math.Exp(-(double)score)));

    /// <summary>Draws an index with its probability.</summary>
    /// <param name="shares">They add up to 1, nearly.</param>
    /// <param name="draws">One number is taken.</param>
    public static int Draw(ReadOnlySpan<double> shares, RandomStream draws)
    {
        var (left, last) = (draws.NextDouble(), 0);
        for (var i = 0; i < shares.Length; i++)
        {
            if (shares[i] <= 0) continue;
            if (left < shares[i]) return i;
            (left, last) = (left - shares[i], i);
        }
        return last;   // what rounding has left over belongs to the last one
    }
}
