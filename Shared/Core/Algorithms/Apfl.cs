using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>APFL. Deng, Kamani, Mahdavi, "Adaptive Personalized Federated Learning", 2020, algorithm 1 and, for α, equation 10, arXiv:2003.13461.</summary>
/// <remarks>
/// Client half, from w = x and the v that the client keeps: for each batch w ← w - η ∇f(w) and v ← v - η α ∇f(v̄), the gradient of f(v̄) by v, at v̄ = α v + (1 - α) w as it was before the batch, η the job's
/// learning rate. The update is what changed of w, shape [P], of weight 1: the paper's mean is plain. v is kept; the client's own model is v̄. With adaptive α the client keeps it too, and moves it with the first
/// batch of each round: α ← α - η ⟨v - w, ∇f(v̄)⟩, all as before the batch. Server half: the step of the job's server optimiser. With α = 0 nothing is the client's own but α, with 1 v learns from its data alone.
/// Deviations: α is held in [0, 1], which the paper demands of it; v begins with the first model that the client receives; batches are the job's, in epochs. Running statistics of v are those of the passes at v̄, which
/// has them as they are, unmixed.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="alpha">α, or the first one, from 0 to 1.</param>
/// <param name="adaptive">Whether each client's α follows its loss.</param>
public sealed class Apfl(ServerHalf server, double alpha, bool adaptive) : MeanAlgorithm(server)
{
    private const string Own = "own";
    private const string Share = "alpha";
    private readonly float _alpha = alpha is >= 0 and <= 1 ? (float)alpha : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "α is from 0 to 1.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("apfl", static (job, server) => new Apfl(server, job.Federation.Algorithm.ApflAlpha, job.Federation.Algorithm.AdaptiveAlpha),
        "local epochs of plain steps from x; beside it the client's own v, trained as a part of α v + (1 - α) w", "Deng et al. 2020, [arXiv:2003.13461](https://arxiv.org/abs/2003.13461), algorithm 1 and equation 10")
    {
        Options = "`apfl_alpha`, `adaptive_alpha`",
        ClientKeeps = "v, [P]; adaptive: α",
        OwnSteps = true,
    };

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    public override LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var (w, v, model) = (broadcast.ToArray(), state.Vectors.TryGetValue(Own, out var kept) ? kept.ToArray() : broadcast.ToArray(), trainer.Schema);
        var (mixed, slope, gradient, apart) = (new float[w.Length], new float[w.Length], new float[w.Length], new float[w.Length]);
        var share = adaptive && state.Vectors.TryGetValue(Share, out var last) ? last.Span[0] : _alpha;
        var training = trainer.ForEachBatch(batch =>
        {
            var rate = (float)batch.Rate;
            Mix(model, v, w, share, mixed);
            TensorPrimitives.Subtract(v, w, apart);
            batch.Gradient(w, gradient);
            batch.Gradient(mixed, slope);
            // Statistics have no gradient, and so no part in the product.
            var next = adaptive && batch.Step == 1 ? (float)Math.Clamp(share - batch.Rate * Dot(apart, slope), 0, 1) : share;
            TensorPrimitives.MultiplyAdd(gradient, -rate, w, w);
            TensorPrimitives.MultiplyAdd(slope, -(rate * share), v, v);
            model.CopyStatistics(mixed, v);
            share = next;
        });
        TensorPrimitives.Subtract(w, broadcast, update);
        Mix(model, v, w, share, mixed);
        var keeps = state.With(Own, v);
        return new LocalUpdate(trainer.Examples, training.Sums, adaptive ? keeps.With(Share, new[] { share }) : keeps) { Weight = 1, Personal = mixed };
    }

    private static void Mix(ParameterSchema model, float[] v, float[] w, float share, float[] mixed)
    {
        TensorPrimitives.Multiply(w, 1 - share, mixed);
        TensorPrimitives.MultiplyAdd(v, share, mixed, mixed);
        model.CopyStatistics(v, mixed);
    }

    // In order and in double precision, so that every processor gives the same bits.
    private static double Dot(float[] a, float[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += (double)a[i] * b[i];
        return sum;
    }
}
