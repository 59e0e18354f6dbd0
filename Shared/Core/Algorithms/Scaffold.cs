using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>SCAFFOLD. Karimireddy, Kale, Mohri, Reddi, Stich, Suresh, "SCAFFOLD: Stochastic Controlled Averaging for Federated Learning", ICML 2020, algorithm 1, arXiv:1910.06378.</summary>
/// <remarks>
/// Client half: from x, K steps y ← y - η_l (g(y) - c_i + c), c the server's control variate and c_i the client's; then c_i⁺, by option I the gradient of the client's whole data at x, by
/// option II c_i - c + (x - y) / (K η_l), where K η_l is the sum of the steps' rates. The update is [y - x; c_i⁺ - c_i], shape [2 P], of weight 1: the paper's means are plain.
/// Server half: x by the job's server optimiser from the mean of the first half, c ← c + |S| / N times the mean of the second, S who sent and N all clients. All variates begin at 0; a
/// first round's model is then, bit by bit, that of fedavg with equal weights.
/// Deviations: option II is exact for plain SGD alone, so the job's checks refuse it with other optimisers and with clipping or patience, for which option I is there; option I is one more
/// pass over the data, with dropout, as the gradient of training is, and without weight decay, which the optimiser adds to its steps by itself. Running statistics have no gradient: their
/// variates are 0 and their mean is plain.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/>, η its η_g.</param>
/// <param name="option">How a client's variate is found.</param>
public sealed class Scaffold(ServerHalf server, ControlVariates option) : IFederatedAlgorithm
{
    private const string Control = "control";

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("scaffold", static (job, server) => new Scaffold(server, job.Federation.Algorithm.ControlVariates),
        "local epochs from x, each step corrected by c - c_i; what they changed, and the change of c_i", "Karimireddy et al. 2020, [arXiv:1910.06378](https://arxiv.org/abs/1910.06378), algorithm 1")
    {
        Options = "`control_variates`",
        ClientKeeps = "c_i, [P]",
        ServerKeeps = "1 (c)",
        Down = "c, [P]",
        Up = "the change of c_i, [P]",
        NotPlain = "its updates carry control variates beside the change of the model",
    };

    /// <inheritdoc/>
    public string Name => Info.Name;

    /// <inheritdoc/>
    public bool KeepsClientState => true;

    /// <inheritdoc/>
    public ParameterSchema BroadcastSchema(ParameterSchema model) => model.Twice(Control);

    /// <inheritdoc/>
    public ParameterSchema UpdateSchema(ParameterSchema model) => model.Twice(Control);

    /// <inheritdoc/>
    public ParameterVector Broadcast(ServerState state) => state.Parameters.Join(BroadcastSchema(state.Parameters.Schema), state.Slots[Control].Span);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Option II, and the learning rates of the steps are 0.</exception>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var count = trainer.Schema.Count;
        var model = broadcast[..count];
        var own = state.Vectors.TryGetValue(Control, out var kept) ? kept.Span : new float[count];
        var (offset, next) = (new float[count], new float[count]);
        TensorPrimitives.Subtract(broadcast[count..], own, offset);
        // No correction at all rather than zeros: adding 0 turns -0 into 0.
        var training = trainer.Train(model, update[..count], offset.AsSpan().ContainsAnyExcept(0) ? new GradientTerm { Offset = offset } : default);
        var change = update[..count];
        TensorPrimitives.Subtract(change, model, change);
        if (option == ControlVariates.Gradient) trainer.Gradient(model, next);
        else Estimate(change, offset, training.Rates, next);
        trainer.Schema.ClearStatistics(next);
        TensorPrimitives.Subtract(next, own, update[count..]);
        return new LocalUpdate(trainer.Examples, training.Sums, ClientState.Empty.With(Control, next)) { Weight = 1 };
    }

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters)
    {
        var state = server.Init(parameters);
        return state with { Slots = state.Slots.Add(Control, new float[parameters.Values.Length]) };
    }

    /// <inheritdoc/>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
    {
        var count = state.Parameters.Values.Length;
        if (mean.Length != 2 * count) throw new ArgumentException($"Expected {2 * count} values, got {mean.Length}.", nameof(mean));
        var control = new float[count];
        TensorPrimitives.MultiplyAdd(mean[count..], (float)((double)round.Updates.Count / round.Clients), state.Slots[Control].Span, control);
        var next = server.Apply(state, mean[..count]);
        return next with { Slots = next.Slots.SetItem(Control, control) };
    }

    // Option II: c_i - c + (x - y) / (K η_l).
    private static void Estimate(ReadOnlySpan<float> change, ReadOnlySpan<float> offset, double rates, Span<float> control)
    {
        if (!(rates > 0)) throw new InvalidOperationException("The steps' learning rates sum up to 0, which says nothing of the gradient: give training.optimizer.schedule a minimum.");
        TensorPrimitives.Multiply(change, (float)(-1 / rates), control);
        TensorPrimitives.Subtract(control, offset, control);
    }
}
