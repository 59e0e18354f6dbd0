using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>FedDyn. Acar, Zhao, Matas Navarro, Mattina, Whatmough, Saligrama, "Federated Learning Based on Dynamic Regularization", ICLR 2021, algorithm 1, arXiv:2111.04263.</summary>
/// <remarks>
/// Client half: local steps from x on F(w) - ⟨g_k, w⟩ + (α / 2) ‖w - x‖², g_k being what the client keeps, 0 before its first round; at w_k it becomes g_k - α (w_k - x), which is the gradient of F
/// at w_k where that is the minimum. The update is w_k - x, of weight 1: the paper's mean is plain. Server half: h ← h - (α / N) Σ (w_k - x) over the clients whose updates count, N being all that
/// could have been asked, so that h stays the mean of all g_k; then x becomes the mean of the w_k, less h / α: the job's server optimiser gets the mean update less h / α. With α = 0 there is no h,
/// and it is fedavg with equal weights, bit by bit.
/// Deviations: local training is the job's epochs, where the paper minimises exactly; where N changes, as with clients that come and go, h is the mean of their g_k no longer exactly. Running
/// statistics have no gradient: g_k and h are 0 there, and their mean is plain. Losses that are reported are those of F.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="alpha">α, at least 0 and finite.</param>
public sealed class FedDyn(ServerHalf server, double alpha) : IFederatedAlgorithm
{
    private const string Gradient = "gradient";
    private const string Mean = "dyn";
    private readonly float _alpha = alpha >= 0 && double.IsFinite(alpha) ? (float)alpha : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "α is finite and at least 0.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("feddyn", static (job, server) => new FedDyn(server, job.Federation.Algorithm.Alpha),
        "as fedavg, on F(w) - ⟨g_k, w⟩ + (α / 2) ‖w - x‖²", "Acar et al. 2021, [arXiv:2111.04263](https://arxiv.org/abs/2111.04263), algorithm 1")
    {
        Options = "`alpha`",
        ClientKeeps = "g_k, [P]",
        ServerKeeps = "1 (h)",
        NotPlain = "its server adds up the gradients that the clients keep, and must hear of each one's change",
    };

    /// <inheritdoc/>
    public string Name => Info.Name;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">What is kept is not of the model's length.</exception>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var kept = state.Vectors.TryGetValue(Gradient, out var vector) ? vector : new float[update.Length];
        if (kept.Length != update.Length) throw new ArgumentException($"The client's gradient has {kept.Length} values, and the model {update.Length}.", nameof(state));
        float[] offset = [];
        // No offset at all rather than zeros: adding 0 turns -0 into 0.
        if (kept.Span.ContainsAnyExcept(0)) TensorPrimitives.Negate(kept.Span, offset = new float[update.Length]);
        var training = trainer.Train(broadcast, update, new GradientTerm(_alpha, broadcast) { Offset = offset });
        TensorPrimitives.Subtract(update, broadcast, update);
        if (_alpha == 0) return new LocalUpdate(trainer.Examples, training.Sums) { Weight = 1 };
        var next = new float[update.Length];
        TensorPrimitives.MultiplyAdd(update, -_alpha, kept.Span, next);
        trainer.Schema.ClearStatistics(next);
        return new LocalUpdate(trainer.Examples, training.Sums, state.With(Gradient, next)) { Weight = 1 };
    }

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters)
    {
        var state = server.Init(parameters);
        return _alpha == 0 ? state : state with { Slots = state.Slots.Add(Mean, new float[parameters.Values.Length]) };
    }

    /// <inheritdoc/>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
    {
        var count = state.Parameters.Values.Length;
        if (mean.Length != count) throw new ArgumentException($"Expected {count} values, got {mean.Length}.", nameof(mean));
        if (_alpha == 0) return server.Apply(state, mean);
        var (gradients, step) = (new float[count], new float[count]);
        TensorPrimitives.MultiplyAdd(mean, -_alpha * (round.Count / (float)round.Clients), state.Slots[Mean].Span, gradients);
        state.Parameters.Schema.ClearStatistics(gradients);
        TensorPrimitives.Divide(gradients, -_alpha, step);
        TensorPrimitives.Add(step, mean, step);
        var next = server.Apply(state, step);
        return next with { Slots = next.Slots.SetItem(Mean, gradients) };
    }
}
