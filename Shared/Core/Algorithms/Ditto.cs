using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;

namespace Federated.Core.Algorithms;

/// <summary>Ditto. Li, Hu, Beirami, Smith, "Ditto: Fair and Robust Federated Learning Through Personalization", ICML 2021, algorithm 1, arXiv:2012.04221.</summary>
/// <remarks>
/// Client half: FedAvg's update from the round's model x; beside it the client's own model v takes steps along ∇F(v) + λ (v - x), and is kept. Server half: the step of the job's server optimiser by the mean, as
/// without v. With λ = 0 a client's own model learns from its data alone.
/// Deviations: v begins with the first model that the client receives; the local optimiser is the job's, for both, with the same order of examples; the mean is weighted by examples; v steps for epochs, where the
/// paper counts single steps.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="lambda">λ, at least 0.</param>
/// <param name="epochs">Epochs of v's steps; null for the job's local epochs.</param>
public sealed class Ditto(ServerHalf server, double lambda, int? epochs) : MeanAlgorithm(server)
{
    private const string Own = "own";

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("ditto", static (job, server) => new Ditto(server, job.Federation.Algorithm.DittoLambda, job.Federation.Algorithm.PersonalEpochs),
        "as fedavg; beside it the client's own model v, on F(v) + (λ / 2) ‖v - x‖²", "Li et al. 2021, [arXiv:2012.04221](https://arxiv.org/abs/2012.04221), algorithm 1")
    {
        Options = "`ditto_lambda`, `personal_epochs`",
        ClientKeeps = "v, [P]",
    };

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    public override LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var training = trainer.Train(broadcast, update, default);
        TensorPrimitives.Subtract(update, broadcast, update);
        var own = new float[broadcast.Length];
        trainer.Train(state.Vectors.TryGetValue(Own, out var kept) ? kept.Span : broadcast, own, new GradientTerm(lambda, broadcast) { Epochs = epochs ?? 0 });
        return new LocalUpdate(trainer.Examples, training.Sums, state.With(Own, own)) { Personal = own };
    }
}
