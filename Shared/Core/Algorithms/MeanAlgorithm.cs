using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>An algorithm whose server half is a step of the job's server optimiser by the mean of the updates.</summary>
/// <param name="server">The server half.</param>
public abstract class MeanAlgorithm(ServerHalf server) : IFederatedAlgorithm
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state);

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters) => server.Init(parameters);

    /// <inheritdoc/>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round) => server.Apply(state, mean);
}
