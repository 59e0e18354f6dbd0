namespace Federated.Core.Rounds.Selection;

/// <summary>A client that a round may ask.</summary>
/// <param name="Id">Its name.</param>
public sealed record Candidate(string Id)
{
    /// <value>Its training examples; 0 where nobody knows.</value>
    public long Examples { get; init; }

    /// <value>How it did when it last took part; null where it never did.</value>
    public ClientRecord? Last { get; init; }

    /// <value>The group that it belongs to; "" for none.</value>
    public string Group { get; init; } = "";
}

/// <summary>How a client did when its update last counted.</summary>
/// <param name="Round">The round.</param>
/// <param name="Examples">Its training examples, at least 1.</param>
/// <param name="Loss">Mean loss of its local training.</param>
/// <param name="Seconds">Time that it computed, at least 0.</param>
public sealed record ClientRecord(int Round, long Examples, double Loss, double Seconds);
