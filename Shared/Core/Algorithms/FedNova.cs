using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>FedNova. Wang, Liu, Liang, Joshi, Poor, "Tackling the Objective Inconsistency Problem in Heterogeneous Federated Optimization", NeurIPS 2020, equations 3 and 4 and section 4.1, arXiv:2007.07481.</summary>
/// <remarks>
/// Client half: FedAvg's; what a client changed is Δ_k = -η G_k a_k, a_k by <see cref="LocalWork"/>. The update is Δ_k as it is, of weight n_k / ‖a_k‖₁, so that the coordinator can tell
/// ‖a_k‖₁ by n_k and the weight. Server half: with p_k = n_k / Σ n the step that the job's server optimiser gets is τ_eff Σ p_k Δ_k / ‖a_k‖₁ with τ_eff = Σ p_k ‖a_k‖₁, that is the weighted mean
/// times (Σ p_k ‖a_k‖₁) (Σ p_k / ‖a_k‖₁), which is 1 where all a_k are the same: fedavg then, bit by bit where ‖a_k‖₁ is a power of two, and but for the rounding of n_k / ‖a_k‖₁ elsewhere.
/// Deviations: p_k is by the examples of the cohort, as in the paper's experiments; a weight decay counts as part of the gradients, so that a_k is what it is without; local optimisers whose
/// a_k is not known (adam and others), and local stopping, are refused by the job's checks. Running statistics are no sum of gradients: they become their weighted mean, without the factor.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1, its section 4.2 has momentum.</param>
/// <param name="optimizer">The clients', sgd.</param>
/// <param name="mu">μ of the proximal term of local steps, at least 0; 0 for none.</param>
public sealed class FedNova(ServerHalf server, OptimizerSpec optimizer, double mu) : IFederatedAlgorithm
{
    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("fednova", static (job, server) => new FedNova(server, job.Training.Optimizer, job.Federation.Algorithm.ProximalMu),
        "as fedavg; the mean is of changes per unit of local work", "Wang et al. 2020, [arXiv:2007.07481](https://arxiv.org/abs/2007.07481), equations 3 and 4")
    {
        Options = "`proximal_mu`",
        NotPlain = "its mean is normalised by the local work of the clients, which their weights tell",
        NotMasked = "its server must know the local work of each client",
    };

    /// <inheritdoc/>
    public string Name => Info.Name;

    /// <inheritdoc/>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var training = trainer.Train(broadcast, update, mu > 0 ? new GradientTerm(mu, broadcast) : default);
        TensorPrimitives.Subtract(update, broadcast, update);
        return new LocalUpdate(trainer.Examples, training.Sums) { Weight = trainer.Examples / LocalWork.Norm(optimizer, mu, training) };
    }

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters) => server.Init(parameters);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The length is not P, or an update has no weight.</exception>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
    {
        if (mean.Length != state.Parameters.Values.Length) throw new ArgumentException($"Expected {state.Parameters.Values.Length} values, got {mean.Length}.", nameof(mean));
        var (step, offset, factor) = (mean.ToArray(), 0, (float)Factor(round));
        foreach (var tensor in state.Parameters.Schema.Tensors)
        {
            var part = step.AsSpan(offset, tensor.Count);
            if (tensor.Trainable) TensorPrimitives.Multiply(part, factor, part);
            offset += tensor.Count;
        }
        return server.Apply(state, step);
    }

    private static double Factor(RoundFacts round)
    {
        var (examples, weights, work) = (0.0, 0.0, 0.0);
        foreach (var (client, facts) in round.Updates)
        {
            var weight = facts.Weight ?? throw new ArgumentException($"The update of client '{client}' has no weight, which tells its local work.", nameof(round));
            examples += facts.Examples;
            weights += weight;
            work += facts.Examples * (facts.Examples / weight);
        }
        return work / examples * (weights / examples);
    }
}
