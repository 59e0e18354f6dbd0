using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;

namespace Federated.Core.Algorithms;

/// <summary>FedSAM. Qu, Li, Duan, Liu, Tang, Lu, "Generalized Federated Learning via Sharpness Aware Minimization", ICML 2022, algorithm 1, arXiv:2206.02618.</summary>
/// <remarks>
/// Client half: FedAvg's, whose steps minimise the largest loss within ρ of w, to first order: the gradient of a step is that at w + ρ g / ‖g‖, g the gradient at w over the same batch. A
/// step costs two passes. With ρ = 0 it is FedAvg, bit by bit. Server half: the step of the job's server optimiser.
/// Deviations: the mean is weighted by examples, where the paper's is plain; the local optimiser is the job's, the paper's is plain sgd; penalties on weights and weight decay are taken at
/// w, as Foret et al. 2021 do; at g = 0, where the paper divides by 0, the gradient is that at w. Running statistics move by the pass at w alone. Losses that are reported are those at w.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/>.</param>
/// <param name="radius">ρ, at least 0; the paper tries 0.01, 0.1, 0.5 and others.</param>
public sealed class FedSam(ServerHalf server, double radius) : MeanAlgorithm(server)
{
    private readonly double _radius = radius >= 0 && double.IsFinite(radius) ? radius : throw new ArgumentOutOfRangeException(nameof(radius), radius, "ρ is finite and at least 0.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("fedsam", static (job, server) => new FedSam(server, job.Federation.Algorithm.Rho),
        "as fedavg, each step along the gradient at w + ρ g / ‖g‖", "Qu et al. 2022, [arXiv:2206.02618](https://arxiv.org/abs/2206.02618), algorithm 1")
    { Options = "`rho`" };

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    public override LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var training = trainer.Train(broadcast, update, new GradientTerm { Radius = _radius });
        TensorPrimitives.Subtract(update, broadcast, update);
        return new LocalUpdate(trainer.Examples, training.Sums);
    }
}
