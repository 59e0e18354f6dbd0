using Federated.Core.Aggregation.Vectors;

namespace Federated.Core.Aggregation.Rules;

/// <summary>Krum and Multi-Krum. Blanchard, El Mhamdi, Guerraoui, Stainer, "Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent", NeurIPS 2017, section 4, arXiv:1703.02757.</summary>
/// <remarks>A vector's score is the sum of the squared distances to the n - f - 2 vectors nearest to it. Krum is the vector of the least score, Multi-Krum the mean of the m vectors of the least scores.
/// Updates count alike. Of equal scores the first client's in ordinal order is taken.</remarks>
/// <param name="attackers">f, at least 0; there are at least 2 f + 3 updates.</param>
/// <param name="select">m; null for n - f; 1 is Krum.</param>
internal sealed class Krum(int attackers, int? select) : IRobustRule
{
    /// <inheritdoc/>
    public void Combine(RuleInput updates, Memory<float> result)
    {
        var vectors = updates.Vectors;
        var scores = KrumScores.Of(Products.SquaredDistances(vectors, updates.Threads), [.. Enumerable.Range(0, vectors.Length)], vectors.Length - attackers - 2);
        int[] chosen = [.. Enumerable.Range(0, vectors.Length).OrderBy(i => scores[i]).ThenBy(i => i).Take(select ?? vectors.Length - attackers)];
        if (chosen is [var only]) vectors[only].CopyTo(result);
        else LinearSum.Mean([.. chosen.Order().Select(i => vectors[i])], result, updates.Threads);
    }
}
