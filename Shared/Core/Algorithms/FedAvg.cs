using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;

namespace Federated.Core.Algorithms;

/// <summary>FederatedAveraging. McMahan, Moore, Ramage, Hampson, Agüera y Arcas, "Communication-Efficient Learning of Deep Networks from Decentralized
/// Data", AISTATS 2017, algorithm 1, arXiv:1602.05629.</summary>
/// <remarks>
/// Client half: E local epochs over batches of B from the global parameters w; the update is local - broadcast, shape [P].
/// Server half: with Δ = Σ (n_k / n) update_k over the cohort, n = Σ n_k over the same cohort, the job's server optimiser makes a step; the paper's is
/// <see cref="Averaging"/> with η = 1.
/// Deviations from algorithm 1: clients send the difference instead of the parameters, which gives the same mean; the local optimiser is the job's, plain
/// SGD being the paper's; the server's learning rate and optimiser are additions (Reddi et al. 2021, arXiv:2003.00295); running
/// statistics of batch normalisation are averaged like weights.
/// </remarks>
/// <param name="server">The server half.</param>
public sealed class FedAvg(ServerHalf server) : MeanAlgorithm(server)
{
    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("fedavg", static (_, server) => new FedAvg(server), "local epochs from x; what they changed",
        "McMahan et al. 2017, [arXiv:1602.05629](https://arxiv.org/abs/1602.05629), algorithm 1");

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    public override LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var training = trainer.Train(broadcast, update, default);
        TensorPrimitives.Subtract(update, broadcast, update);
        return new LocalUpdate(trainer.Examples, training.Sums);
    }
}
