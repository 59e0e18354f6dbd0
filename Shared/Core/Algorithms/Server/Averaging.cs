namespace Federated.Core.Algorithms.Server;

/// <summary>x ← x + η Δ: with η = 1 the plain average of McMahan et al. 2017, arXiv:1602.05629, algorithm 1.</summary>
public sealed class Averaging : IServerOptimizer
{
    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, ReadOnlyMemory<float>>> Slots(int count) => [];

    /// <inheritdoc/>
    public ServerState Step(ServerState state, ReadOnlySpan<float> mean, double rate) =>
        state with { Round = state.Round + 1, Parameters = ServerStep.Move(state, mean, mean, (float)rate) };
}
