using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>q-FedAvg. Li, Sanjabi, Beirami, Smith, "Fair Resource Allocation in Federated Learning", ICLR 2020, equation 2 and algorithm 2, arXiv:1905.10497.</summary>
/// <remarks>
/// It minimises Σ p_k F_k(w)^(q + 1) / (q + 1), in which a client counts for more the higher its loss is. Client half: F_k is the loss over the client's whole data at the round's parameters x; then
/// FedAvg's local epochs to w_k. With the paper's Δw_k = L (x - w_k), Δ_k = F_k^q Δw_k and h_k = q F_k^(q - 1) ‖Δw_k‖² + L F_k^q the step is -Σ Δ_k / Σ h_k, L = 1 / η, η the mean rate of the local steps. The
/// update is [-Δ_k / L; h_k / L] / r^q, shape [P + 1], r the mean loss of the last round, which the coordinator sends behind the model: it leaves the quotient as it is and the numbers in a range that sums can hold. With q = 0 the
/// step is FedAvg's, bit by bit. Server half: the step of the job's server optimiser by the first part's mean over the second's.
/// Deviations: the paper draws clients by p_k and takes plain sums, here they are drawn as the job says and weighted by examples, p_k = n_k / n, which is the same in expectation; 10^-10 is added to a
/// loss, as in the authors' program, for F^(q - 1) has no value at a loss of 0. Running statistics are averaged by examples alone.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="q">q, at least 0 and finite; the paper tries 0 to 15.</param>
public sealed class QFedAvg(ServerHalf server, double q) : IFederatedAlgorithm
{
    private const string Curvature = "qfedavg/h";
    private const string Reference = "qfedavg/loss";
    private const double Smallest = 1e-10;
    private readonly double _q = q >= 0 && double.IsFinite(q) ? q : throw new ArgumentOutOfRangeException(nameof(q), q, "q is finite and at least 0.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("qfedavg", static (job, server) => new QFedAvg(server, job.Federation.Algorithm.Q),
        "as fedavg, times F^q: who has a high loss counts for more", "Li et al. 2020, [arXiv:1905.10497](https://arxiv.org/abs/1905.10497), algorithm 2")
    {
        Options = "`q`",
        ServerKeeps = "the last round's mean loss",
        Down = "the last round's mean loss, 1 value",
        Up = "h, 1 value",
        MeasuresLoss = true,
        NotPlain = "its updates are weighted by losses, and mean something only together",
        NotMasked = "its quotient is of two sums of very different size, which one bound of values cannot hold",
    };

    /// <inheritdoc/>
    public string Name => Info.Name;

    /// <inheritdoc/>
    public ParameterSchema BroadcastSchema(ParameterSchema model) => model.With(Reference, 1);

    /// <inheritdoc/>
    public ParameterSchema UpdateSchema(ParameterSchema model) => model.With(Curvature, 1);

    /// <inheritdoc/>
    public ParameterVector Broadcast(ServerState state) => state.Parameters.Join(BroadcastSchema(state.Parameters.Schema), state.Slots[Reference].Span);

    /// <inheritdoc/>
    /// <exception cref="ArithmeticException">The loss is not finite, or below 0, so that its powers are undefined, or its power is too large to be counted.</exception>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var model = broadcast[..^1];
        var reference = broadcast[^1] + Smallest;
        var loss = trainer.Measure(model).Loss;
        if (!double.IsFinite(loss)) throw new ArithmeticException("The loss of the client is not finite: the model has diverged. Lower training.optimizer.learning_rate or federation.algorithm.server_learning_rate.");
        if (!(loss >= 0)) throw new ArithmeticException($"The loss of the client is {loss}: powers of a loss below 0 are undefined.");
        var change = update[..^1];
        var training = trainer.Train(model, change, default);
        TensorPrimitives.Subtract(change, model, change);

        var ratio = (loss + Smallest) / reference;
        // What counts for next to nothing still has an h above 0.
        var weight = Math.Max(Math.Pow(ratio, _q), 1e-30);
        if (weight > 1e6) throw new ArithmeticException($"The loss of the client, {loss}, is {ratio:G3} times that of the last round, and to the power of q = {_q} that is {weight:G3}: too large to be counted. Lower federation.algorithm.q.");
        var (squares, offset) = (0.0, 0);
        foreach (var tensor in trainer.Schema.Tensors)
        {
            var part = change.Slice(offset, tensor.Count);
            offset += tensor.Count;
            if (!tensor.Trainable) continue;
            // In order and in double precision, so that every processor gives the same bits.
            foreach (var value in part) squares += (double)value * value;
            TensorPrimitives.Multiply(part, (float)weight, part);
        }
        update[^1] = (float)((_q > 0 ? _q * weight / (loss + Smallest) * squares * training.Steps / training.Rates : 0) + weight);
        return new LocalUpdate(trainer.Examples, training.Sums);
    }

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters)
    {
        var state = server.Init(parameters);
        return state with { Slots = state.Slots.Add(Reference, new[] { 1f }) };
    }

    /// <inheritdoc/>
    public string? Refusal(ReadOnlySpan<float> update) => update[^1] > 0 ? null : "The last value of an update of qfedavg, h, is above 0.";

    /// <inheritdoc/>
    /// <exception cref="ArithmeticException">The mean of h is 0 after rounding, so that there is no step.</exception>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
    {
        var count = state.Parameters.Values.Length;
        if (mean.Length != count + 1) throw new ArgumentException($"Expected {count + 1} values, got {mean.Length}.", nameof(mean));
        var (step, divisor, offset) = (mean[..count].ToArray(), mean[count], 0);
        if (!(divisor > 0)) throw new ArithmeticException($"The mean of h is {divisor}, and q-FedAvg has no step.");
        foreach (var tensor in state.Parameters.Schema.Tensors)
        {
            var part = step.AsSpan(offset, tensor.Count);
            if (tensor.Trainable) TensorPrimitives.Divide(part, divisor, part);
            offset += tensor.Count;
        }
        var next = server.Apply(state, step);
        return next with { Slots = next.Slots.SetItem(Reference, new[] { (float)Math.Max(round.TrainingLoss(), 0) }) };
    }
}
