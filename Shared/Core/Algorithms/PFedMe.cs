using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>pFedMe. T. Dinh, Tran, Nguyen, "Personalized Federated Learning with Moreau Envelopes", NeurIPS 2020, algorithm 1, arXiv:2006.08848.</summary>
/// <remarks>
/// Client half, from w = x: for each batch θ nears the minimum of f(θ) + (λ / 2) ‖θ - w‖² by K plain steps from w, then w ← w - η λ (w - θ), η the job's learning rate. The update is what changed of w, shape [P],
/// of weight 1: the paper's mean is plain. The client's own model is the last θ; it is made anew of x in each round, and nothing is kept. Server half: the step of the job's server optimiser; with the average its
/// learning rate is the paper's β, (1 - β) x + β mean.
/// Deviations: batches are the job's, without replacement, in epochs, where the paper counts R rounds of a fresh batch each; K steps are taken whatever accuracy they reach; they begin at w. Running statistics are
/// those of the passes at θ, of which there are K a batch.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = β.</param>
/// <param name="lambda">λ, above 0 and finite.</param>
/// <param name="steps">K, at least 1.</param>
/// <param name="rate">Of the steps of θ, above 0 and finite.</param>
public sealed class PFedMe(ServerHalf server, double lambda, int steps, double rate) : MeanAlgorithm(server)
{
    private readonly float _lambda = lambda > 0 && double.IsFinite(lambda) ? (float)lambda : throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "λ is finite and above 0.");
    private readonly int _steps = steps >= 1 ? steps : throw new ArgumentOutOfRangeException(nameof(steps), steps, "There is one step at least.");
    private readonly float _rate = rate > 0 && double.IsFinite(rate) ? (float)rate : throw new ArgumentOutOfRangeException(nameof(rate), rate, "The rate is finite and above 0.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("pfedme",
        static (job, server) => new PFedMe(server, job.Federation.Algorithm.PfedmeLambda, job.Federation.Algorithm.InnerSteps, job.Federation.Algorithm.PersonalRate),
        "local steps towards the client's own model θ, the minimum of f(θ) + (λ / 2) ‖θ - w‖²; what they changed of w", "T. Dinh et al. 2020, [arXiv:2006.08848](https://arxiv.org/abs/2006.08848), algorithm 1")
    {
        Options = "`pfedme_lambda`, `inner_steps`, `personal_rate`",
        OwnSteps = true,
    };

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    public override LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var (w, theta, gradient, away, model) = (broadcast.ToArray(), new float[broadcast.Length], new float[broadcast.Length], new float[broadcast.Length], trainer.Schema);
        var training = trainer.ForEachBatch(batch =>
        {
            w.CopyTo(theta, 0);
            for (var step = 0; step < _steps; step++)
            {
                batch.Gradient(theta, gradient);
                Difference(theta, w);
                TensorPrimitives.MultiplyAdd(away, _lambda, gradient, gradient);
                TensorPrimitives.MultiplyAdd(gradient, -_rate, theta, theta);
            }
            Difference(w, theta);
            TensorPrimitives.MultiplyAdd(away, -(float)(batch.Rate * _lambda), w, w);
            model.CopyStatistics(theta, w);
        });
        TensorPrimitives.Subtract(w, broadcast, update);
        return new LocalUpdate(trainer.Examples, training.Sums) { Weight = 1, Personal = theta };

        // Statistics have no gradient, and nothing pulls at them.
        void Difference(float[] from, float[] to)
        {
            TensorPrimitives.Subtract(from, to, away);
            model.ClearStatistics(away);
        }
    }
}
