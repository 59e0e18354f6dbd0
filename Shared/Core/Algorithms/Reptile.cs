using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;

namespace Federated.Core.Algorithms;

/// <summary>Reptile as federated meta-learning. Nichol, Achiam, Schulman, "On First-Order Meta-Learning Algorithms", 2018, algorithm 2 (the parallel version), arXiv:1803.02999.</summary>
/// <remarks>
/// A task is a client. Client half: from φ, the round's parameters, the job's local epochs to φ~_k; the update is φ~_k - φ, shape [P], of weight 1: the paper's mean over tasks is plain. φ~_k is the client's
/// personal model. Server half: φ + ε times the mean, ε being the job's server learning rate, by its server optimiser. With ε = 1 and clients of one size it is fedavg, bit by bit.
/// Deviation: the local optimiser is the job's and starts afresh each round, where the paper takes Adam without momentum.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with ε as its rate.</param>
public sealed class Reptile(ServerHalf server) : MeanAlgorithm(server)
{
    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("reptile", static (_, server) => new Reptile(server), "as fedavg, each client of the same weight; the trained model is the client's own",
        "Nichol et al. 2018, [arXiv:1803.02999](https://arxiv.org/abs/1803.02999), algorithm 2");

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    public override LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var training = trainer.Train(broadcast, update, default);
        var personal = update.ToArray();
        TensorPrimitives.Subtract(update, broadcast, update);
        return new LocalUpdate(trainer.Examples, training.Sums) { Weight = 1, Personal = personal };
    }
}
