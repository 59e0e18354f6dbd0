namespace Federated.Core.Aggregation.Rules;

/// <summary>What makes one vector out of many, some of which attackers may have made. Pure; instances hold only options.</summary>
internal interface IRobustRule
{
    /// <param name="updates">Enough of them for the rule; all of one length.</param>
    /// <param name="result">Receives the vector.</param>
    /// <exception cref="InvalidOperationException">The rule is undefined for these updates; the message says why.</exception>
    void Combine(RuleInput updates, Memory<float> result);
}

/// <summary>What a rule sees of a round.</summary>
/// <param name="Vectors">In ordinal order of clients, or in that of the buckets. Finite; below <see cref="ExactMean.Limit"/> in magnitude.</param>
/// <param name="Weights">Of the vectors, above 0.</param>
/// <param name="Threads">That may share the work.</param>
internal sealed record RuleInput(ReadOnlyMemory<float>[] Vectors, double[] Weights, int Threads)
{
    /// <value>The trusted client's update, which is not one of <see cref="Vectors"/>; empty for rules without.</value>
    public ReadOnlyMemory<float> Root { get; init; }

    /// <value>What the last round came to; zeros before the first round; empty for rules that do not go on from it.</value>
    public ReadOnlyMemory<float> Center { get; init; }
}
