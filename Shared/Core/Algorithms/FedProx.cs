using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>FedProx. Li, Sahu, Zaheer, Sanjabi, Talwalkar, Smith, "Federated Optimization in Heterogeneous Networks", MLSys 2020, algorithm 2, equation 2 and appendix C.3.3, arXiv:1812.06127.</summary>
/// <remarks>
/// Client half: FedAvg's, on the objective h(w; x) = F(w) + (μ / 2) ‖w - x‖², x the round's parameters: each step's gradient has μ (w - x) added, which holds a client whose
/// data differs near the model of all. With μ = 0 it is FedAvg, bit by bit. Server half: the step of the job's server optimiser.
/// With adaptive μ it is 0.1 larger after each round whose loss is above the last round's, and 0.1 smaller, down to 0, after five falling rounds one after another, which are then counted
/// anew. The loss is that of the cohort's local training, a client's mean weighted by its examples; a round with the same loss as the last is neither, and ends the falling ones.
/// Deviations from algorithm 2: every client does the job's epochs, where the paper lets each be inexact by a γ of its own; the cohort is drawn as the job says and its mean is weighted
/// by examples, where the paper draws clients by their examples and takes the plain mean; the paper adapts μ by the loss of the model over all clients. Losses that are reported are
/// those of F.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="mu">μ, or the first round's, at least 0; the paper tries 0.001, 0.01, 0.1 and 1.</param>
/// <param name="adaptive">Whether μ changes; then it travels behind the model.</param>
public sealed class FedProx(ServerHalf server, double mu, bool adaptive) : IFederatedAlgorithm
{
    private const string Memory = "prox";   // μ, the last round's loss, and falling rounds up to now
    private const string Weight = "prox/mu";
    private const float Change = 0.1f;
    private const int Patience = 5;

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("fedprox", static (job, server) => new FedProx(server, job.Federation.Algorithm.Mu, job.Federation.Algorithm.AdaptiveMu),
        "as fedavg, on F(w) + (μ / 2) ‖w - x‖²", "Li et al. 2020, [arXiv:1812.06127](https://arxiv.org/abs/1812.06127), equation 2 and appendix C.3.3")
    {
        Options = "`mu`, `adaptive_mu`",
        Down = "adaptive: μ",
    };

    /// <inheritdoc/>
    public string Name => Info.Name;

    /// <inheritdoc/>
    public ParameterSchema BroadcastSchema(ParameterSchema model) => adaptive ? model.With(Weight, 1) : model;

    /// <inheritdoc/>
    public ParameterVector Broadcast(ServerState state) =>
        adaptive ? state.Parameters.Join(BroadcastSchema(state.Parameters.Schema), state.Slots[Memory].Span[..1]) : state.Parameters;

    /// <inheritdoc/>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var model = broadcast[..update.Length];
        var training = trainer.Train(model, update, new GradientTerm(adaptive ? broadcast[^1] : mu, model));
        TensorPrimitives.Subtract(update, model, update);
        return new LocalUpdate(trainer.Examples, training.Sums);
    }

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters)
    {
        var state = server.Init(parameters);
        return adaptive ? state with { Slots = state.Slots.Add(Memory, new float[] { (float)mu, 0, 0 }) } : state;
    }

    /// <inheritdoc/>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
    {
        var next = server.Apply(state, mean);
        return adaptive ? next with { Slots = next.Slots.SetItem(Memory, Adapted(state, (float)round.TrainingLoss())) } : next;
    }

    private static float[] Adapted(ServerState state, float loss)
    {
        var (weight, last, falling) = (state.Slots[Memory].Span[0], state.Slots[Memory].Span[1], (int)state.Slots[Memory].Span[2]);
        if (state.Round == 0) return [weight, loss, 0];
        if (loss > last) return [weight + Change, loss, 0];
        if (loss == last) return [weight, loss, 0];
        return falling + 1 < Patience ? [weight, loss, falling + 1] : [MathF.Max(0, weight - Change), loss, 0];
    }
}
