using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>FedDyn. Acar, Zhao, Matas Navarro, Mattina, Whatmough, Saligrama, "Federated Learning Based on Dynamic Regularization", ICLR 2021, algorithm 1, arXiv:2111.04263.</summary>
/// <remarks>
/// Client half: local steps on F_k(w) - ⟨h_k, w⟩ + (α / 2) ‖w - x‖², x the round's model and h_k what the client keeps, the gradient of its loss where it last ended, 0 before its first
/// round; each step's gradient has α (w - x) - h_k added. Then h_k ← h_k - α Δ_k with Δ_k = w - x, which is the update, of weight 1.
/// Server half: h ← h - α (|S| / N) Δ with Δ the plain mean over the cohort S of N clients, and the job's server optimiser steps by Δ - h / α; with <see cref="Averaging"/> and η = 1
/// that is the paper's x = mean of w - h / α. A client's first update is fedprox's with μ = α, bit by bit.
/// Deviations: local steps as the job says instead of an exact minimum; with α = 0 the paper divides 0 by 0, so α is above 0. Running statistics have no gradient: h and h_k are 0 there,
/// and their mean is plain.
/// </remarks>
/// <param name="server">The server half.</param>
/// <param name="alpha">α, above 0; the paper tries 0.001, 0.01, 0.1 and others.</param>
public sealed class FedDyn(ServerHalf server, double alpha) : IFederatedAlgorithm
{
    private const string Gradient = "dyn";
    private readonly double _alpha = alpha > 0 && double.IsFinite(alpha) ? alpha : throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "α is finite and above 0.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("feddyn", static (job, server) => new FedDyn(server, job.Federation.Algorithm.Alpha),
        "as fedavg, on F(w) - ⟨h_k, w⟩ + (α / 2) ‖w - x‖²", "Acar et al. 2021, [arXiv:2111.04263](https://arxiv.org/abs/2111.04263), algorithm 1")
    {
        Options = "`alpha`",
        ClientKeeps = "h_k, [P]",
        ServerKeeps = "1 (h)",
        NotPlain = "h, by which it corrects the model, is of the plain mean of the updates",
    };

    /// <inheritdoc/>
    public string Name => Info.Name;

    /// <inheritdoc/>
    public bool KeepsClientState => true;

    /// <inheritdoc/>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var kept = state.Vectors.TryGetValue(Gradient, out var before);
        var next = new float[broadcast.Length];
        if (kept) TensorPrimitives.Negate(before.Span, next);
        var training = trainer.Train(broadcast, update, new GradientTerm(_alpha, broadcast) { Offset = kept ? next : default });
        TensorPrimitives.Subtract(update, broadcast, update);
        TensorPrimitives.Negate(next, next);
        TensorPrimitives.MultiplyAdd(update, (float)-_alpha, next, next);
        trainer.Schema.ClearStatistics(next);
        return new LocalUpdate(trainer.Examples, training.Sums, ClientState.Empty.With(Gradient, next)) { Weight = 1 };
    }

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters)
    {
        var state = server.Init(parameters);
        return state with { Slots = state.Slots.Add(Gradient, new float[parameters.Values.Length]) };
    }

    /// <inheritdoc/>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
    {
        if (mean.Length != state.Parameters.Values.Length) throw new ArgumentException($"Expected {state.Parameters.Values.Length} values, got {mean.Length}.", nameof(mean));
        var (gradient, step) = (new float[mean.Length], new float[mean.Length]);
        TensorPrimitives.MultiplyAdd(mean, (float)(-_alpha * round.Updates.Count / round.Clients), state.Slots[Gradient].Span, gradient);
        state.Parameters.Schema.ClearStatistics(gradient);
        TensorPrimitives.MultiplyAdd(gradient, (float)(-1 / _alpha), mean, step);
        var next = server.Apply(state, step);
        return next with { Slots = next.Slots.SetItem(Gradient, gradient) };
    }
}
