using System.Collections.Immutable;
using System.Numerics.Tensors;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>FederatedAveraging. McMahan, Moore, Ramage, Hampson, Agüera y Arcas, "Communication-Efficient Learning of Deep Networks from Decentralized
/// Data", AISTATS 2017, algorithm 1, arXiv:1602.05629.</summary>
/// <remarks>
/// Client half: E local epochs over batches of B from the global parameters w; the update is local - global, shape [P].
/// Server half: w ← w + η · Σ (n_k / n) update_k over the cohort, n = Σ n_k over the same cohort.
/// Deviations from algorithm 1: clients send the difference instead of the parameters, which gives the same mean where η is 1; the server learning rate
/// η is an addition (Reddi et al. 2021, arXiv:2003.00295) and 1 by default; the local optimiser is the job's, plain SGD being the paper's; running
/// statistics of batch normalisation are averaged like weights.
/// </remarks>
/// <param name="options">Server learning rate η, above 0.</param>
public sealed class FedAvg(AlgorithmSpec options) : IFederatedAlgorithm
{
    /// <inheritdoc/>
    public string Name => AlgorithmCatalog.FedAvg;

    /// <inheritdoc/>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> global, Span<float> update, ClientState state)
    {
        var training = trainer.Train(global, update);
        TensorPrimitives.Subtract(update, global, update);
        return new LocalUpdate(trainer.Examples, training);
    }

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters) => new(0, parameters, ImmutableDictionary<string, ReadOnlyMemory<float>>.Empty);

    /// <inheritdoc/>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean) => ServerStep.Add(state, mean, (float)options.ServerLearningRate);
}
