namespace Federated.Core.Aggregation;

/// <summary>What becomes of a round's updates: one vector, with the same bits in whatever order they come. Not thread-safe: one owner at a time.</summary>
public interface IUpdateAggregate
{
    /// <summary>U, the number of values of each update.</summary>
    int Length { get; }

    /// <summary>Takes an update, or refuses it and changes nothing.</summary>
    /// <param name="client">Whose it is; nobody's comes twice in a round.</param>
    /// <param name="values">Shape [U]. Not changed; kept only as a copy.</param>
    /// <param name="weight">Above 0.</param>
    /// <exception cref="ArgumentException">The length is not U, or the weight is not a number above 0.</exception>
    AddOutcome TryAdd(string client, ReadOnlyMemory<float> values, double weight);

    /// <summary>Takes several updates, each as if it came alone; where that is quicker, in one pass.</summary>
    /// <param name="updates">As for one.</param>
    /// <param name="outcomes">Receives what became of each.</param>
    /// <exception cref="ArgumentException">As for one, or there are not as many outcomes as updates.</exception>
    void TryAdd(ReadOnlySpan<ClientUpdate> updates, Span<AddOutcome> outcomes)
    {
        if (outcomes.Length != updates.Length) throw new ArgumentException($"Expected room for {updates.Length} outcomes, got {outcomes.Length}.", nameof(outcomes));
        for (var i = 0; i < updates.Length; i++) outcomes[i] = TryAdd(updates[i].Client, updates[i].Values, updates[i].Weight);
    }

    /// <summary>What they come to.</summary>
    /// <param name="result">Receives it, shape [U].</param>
    /// <param name="round">The round, for rules that draw; 1-based.</param>
    /// <exception cref="ArgumentException">The length is not U.</exception>
    /// <exception cref="InvalidOperationException">Nothing, or too little, has been added, or the rule is undefined for it.</exception>
    void Aggregate(Span<float> result, int round);

    /// <summary>Forgets everything that was added.</summary>
    void Clear();
}
