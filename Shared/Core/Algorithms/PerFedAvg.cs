using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>Per-FedAvg (FO). Fallah, Mokhtari, Ozdaglar, "Personalized Federated Learning with Theoretical Guarantees: A Model-Agnostic Meta-Learning Approach", NeurIPS 2020, algorithm 1 with the first-order
/// approximation of its section 5, arXiv:2002.07948.</summary>
/// <remarks>
/// It looks for a model w from which a client's own step w - α ∇f_k(w) is good. Client half, for each two batches D and D' one after the other: w~ = w - α g(w; D), then w ← w - β g(w~; D'), β the job's
/// learning rate at the second. The update is what this changed, shape [P], of weight 1: the paper's mean is plain. The client's personal model is x - α ∇f_k(x) over its whole data, x the round's parameters.
/// With α = 0 each step is a plain one along every second batch. Server half: the step of the job's server optimiser.
/// Deviations: batches are the job's, without replacement, in epochs; the last one of an odd number is both D and D'. Running statistics move by the passes at w~.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="alpha">α, at least 0 and finite.</param>
public sealed class PerFedAvg(ServerHalf server, double alpha) : MeanAlgorithm(server)
{
    private readonly float _alpha = alpha >= 0 && double.IsFinite(alpha) ? (float)alpha : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "α is finite and at least 0.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("perfedavg", static (job, server) => new PerFedAvg(server, job.Federation.Algorithm.InnerRate),
        "local steps along gradients where a step of the client's own leads; what they changed", "Fallah et al. 2020, [arXiv:2002.07948](https://arxiv.org/abs/2002.07948), algorithm 1, first order")
    {
        Options = "`inner_rate`",
        OwnSteps = true,
    };

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    public override LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var (w, ahead, gradient, model) = (broadcast.ToArray(), new float[broadcast.Length], new float[broadcast.Length], trainer.Schema);
        var training = trainer.ForEachBatch(batch =>
        {
            if (batch.Step % 2 == 1) Adapt(batch);
            if (batch.Step % 2 == 0 || batch.Step == batch.Steps) Learn(batch);
        });
        TensorPrimitives.Subtract(w, broadcast, update);
        var personal = broadcast.ToArray();
        trainer.Gradient(broadcast, gradient);
        TensorPrimitives.MultiplyAdd(gradient, -_alpha, personal, personal);
        return new LocalUpdate(trainer.Examples, training.Sums) { Weight = 1, Personal = personal };

        void Adapt(ILocalBatch batch)
        {
            w.CopyTo(ahead, 0);
            batch.Gradient(ahead, gradient);
            TensorPrimitives.MultiplyAdd(gradient, -_alpha, w, ahead);   // statistics have no gradient: they are those of w again
        }

        void Learn(ILocalBatch batch)
        {
            batch.Gradient(ahead, gradient);
            TensorPrimitives.MultiplyAdd(gradient, -(float)batch.Rate, w, w);
            model.CopyStatistics(ahead, w);
        }
    }
}
