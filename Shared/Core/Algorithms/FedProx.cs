using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;

namespace Federated.Core.Algorithms;

/// <summary>FedProx. Li, Sahu, Zaheer, Sanjabi, Talwalkar, Smith, "Federated Optimization in Heterogeneous Networks", MLSys 2020, algorithm 2 and equation 2, arXiv:1812.06127.</summary>
/// <remarks>
/// Client half: FedAvg's, on the objective h(w; x) = F(w) + (μ / 2) ‖w - x‖², x the round's parameters: each step's gradient has μ (w - x) added, which holds a client whose
/// data differs near the model of all. With μ = 0 it is FedAvg, bit by bit. Server half: the step of the job's server optimiser.
/// Deviations from algorithm 2: every client does the job's epochs, where the paper lets each be inexact by a γ of its own; the cohort is drawn as the job says and its mean is weighted
/// by examples, where the paper draws clients by their examples and takes the plain mean; μ is constant. Losses that are reported are those of F.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="mu">μ, at least 0; the paper tries 0.001, 0.01, 0.1 and 1.</param>
public sealed class FedProx(ServerHalf server, double mu) : MeanAlgorithm(server)
{
    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("fedprox", static (job, server) => new FedProx(server, job.Federation.Algorithm.Mu), "as fedavg, on F(w) + (μ / 2) ‖w - x‖²",
        "Li et al. 2020, [arXiv:1812.06127](https://arxiv.org/abs/1812.06127), equation 2")
    { Options = "`mu`" };

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    public override LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var training = trainer.Train(broadcast, update, new GradientTerm(mu, broadcast));
        TensorPrimitives.Subtract(update, broadcast, update);
        return new LocalUpdate(trainer.Examples, training.Sums);
    }
}
