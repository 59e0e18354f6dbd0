namespace Federated.Core.Rounds;

/// <summary>A training task whose update no committed version has: its client trains, or its update waits for the next version. Its parameters are those after the round before
/// <paramref name="Round"/>.</summary>
/// <param name="Round">The round that was open when it was asked for, 1-based.</param>
/// <param name="Attempt">The attempt of that round, 1-based.</param>
public readonly record struct FlightTask(int Round, int Attempt)
{
    /// <summary>τ in a round: versions that were made since the one that the task started from; 0 in its own round.</summary>
    public int Staleness(int round) => round - Round;
}
