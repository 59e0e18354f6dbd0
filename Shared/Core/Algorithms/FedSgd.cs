using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Models;

namespace Federated.Core.Algorithms;

/// <summary>FederatedSGD, the baseline of McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data", AISTATS 2017,
/// section 2, arXiv:1602.05629: algorithm 1 with one local step over the client's whole partition (B = ∞, E = 1).</summary>
/// <remarks>
/// Client half: g_k, the gradient of the mean loss over the client's partition at the global parameters; the update is -g_k, shape [P], so that updates
/// point downhill in every algorithm. Server half: w ← w + η · Σ (n_k / n) update_k over the cohort: plain gradient descent with step size η, the job's
/// server learning rate, or a step of another server optimiser. The client's optimiser, epochs and batch size have no part in it.
/// Deviation from the paper: any cohort fraction is allowed, the paper's baseline takes C = 1 or names another.
/// A model with running statistics cannot be trained this way, for a gradient never moves them, and is refused.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/>.</param>
public sealed class FedSgd(ServerHalf server) : MeanAlgorithm(server)
{
    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("fedsgd", static (_, server) => new FedSgd(server), "the negative gradient of its whole data at x", "the same, section 2")
    {
        // What standardises the data is set before the first round and stays: no algorithm moves it.
        Refusal = static (_, schema) => schema.Tensors.FirstOrDefault(tensor => !tensor.Trainable && !Standardisation.Has(tensor)) is { } statistic
            ? $"fedsgd sends gradients, which never move running statistics such as '{statistic.Name}': use group_norm instead of batch_norm, or fedavg"
            : null,
    };

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    public override LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var training = trainer.Gradient(broadcast, update);
        TensorPrimitives.Negate(update, update);
        return new LocalUpdate(trainer.Examples, training);
    }
}
