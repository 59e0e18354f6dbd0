using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>SCAFFOLD. Karimireddy, Kale, Mohri, Reddi, Stich, Suresh, "SCAFFOLD: Stochastic Controlled Averaging for Federated Learning", ICML 2020, algorithm 1, arXiv:1910.06378.</summary>
/// <remarks>
/// Client half: from x, local steps y ← y - η_l (g(y) - c_i + c), c_i the control variate that the client keeps, 0 before its first round, and c the coordinator's. Then c_i⁺ is, by option I
/// ("gradient"), the gradient of the client's whole data at x; by option II ("steps"), c_i - c + (x - y) / (K η_l), K η_l being the sum of the steps' rates. The update is
/// [y - x; c_i⁺ - c_i], shape [2 P], of weight 1: the paper's means are plain. Server half: x by the job's server optimiser from the mean of the first half; c ← c + (|S| / N) times the
/// mean of the second, S being the clients whose updates count and N all that could have been asked: c stays the mean of all c_i. While all variates are 0, as in the first round, it is fedavg with
/// equal weights, bit by bit.
/// Deviations: where N changes, as with clients that come and go, c is the mean of their variates no longer exactly. Option I takes the gradient with the dropout of training, and both
/// leave out or in the weight decay as the gradient does: option I has none, option II that of the steps. Running statistics have no gradient and no variates: their mean is plain.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/>, its η_g the server learning rate.</param>
/// <param name="variate">How c_i⁺ is made. Steps is right for plain sgd alone, which the job's checks see to.</param>
public sealed class Scaffold(ServerHalf server, ControlVariate variate) : IFederatedAlgorithm
{
    private const string Control = "control";

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("scaffold", static (job, server) => new Scaffold(server, job.Federation.Algorithm.Variate),
        "local epochs from x, each step corrected by c - c_i; what they changed, and what changed in c_i", "Karimireddy et al. 2020, [arXiv:1910.06378](https://arxiv.org/abs/1910.06378), algorithm 1")
    {
        Options = "`variate`",
        ClientKeeps = "c_i, [P]",
        ServerKeeps = "1 (c)",
        Down = "c, [P]",
        Up = "the change of c_i, [P]",
        NotPlain = "its updates carry changes of control variates beside the change of the model",
    };

    /// <inheritdoc/>
    public string Name => Info.Name;

    /// <inheritdoc/>
    public ParameterSchema BroadcastSchema(ParameterSchema model) => model.Twice(Control);

    /// <inheritdoc/>
    public ParameterSchema UpdateSchema(ParameterSchema model) => model.Twice(Control);

    /// <inheritdoc/>
    public ParameterVector Broadcast(ServerState state) => state.Parameters.Join(BroadcastSchema(state.Parameters.Schema), state.Slots[Control].Span);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The kept variate is not of the model's length.</exception>
    /// <exception cref="InvalidOperationException">Option II, and the steps do not move the model: all rates are 0.</exception>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var count = trainer.Schema.Count;
        var model = broadcast[..count];
        var change = update[..count];
        var own = state.Vectors.TryGetValue(Control, out var kept) ? kept : new float[count];
        if (own.Length != count) throw new ArgumentException($"The client's control variate has {own.Length} values, and the model {count}.", nameof(state));
        var offset = new float[count];
        TensorPrimitives.Subtract(broadcast[count..], own.Span, offset);
        // No correction at all rather than zeros: adding 0 turns -0 into 0.
        var training = trainer.Train(model, change, offset.AsSpan().ContainsAnyExcept(0) ? new GradientTerm { Offset = offset } : default);
        TensorPrimitives.Subtract(change, model, change);
        var next = new float[count];
        if (variate == ControlVariate.Gradient) trainer.Gradient(model, next);
        else FromSteps(change, offset, training.Rates, next);
        trainer.Schema.ClearStatistics(next);
        TensorPrimitives.Subtract(next, own.Span, update[count..]);
        return new LocalUpdate(trainer.Examples, training.Sums, state.With(Control, next)) { Weight = 1 };
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
        TensorPrimitives.MultiplyAdd(mean[count..], round.Count / (float)round.Clients, state.Slots[Control].Span, control);
        var next = server.Apply(state, mean[..count]);
        return next with { Slots = next.Slots.SetItem(Control, control) };
    }

    // c_i - c + (x - y) / (K η), which is -(c - c_i) - (y - x) / (K η).
    private static void FromSteps(ReadOnlySpan<float> change, ReadOnlySpan<float> offset, double rates, Span<float> next)
    {
        if (!(rates > 0)) throw new InvalidOperationException("The steps' learning rates are 0, so that they tell no control variate: give training.optimizer.schedule a minimum, or use variate: gradient.");
        TensorPrimitives.Divide(change, (float)rates, next);
        TensorPrimitives.Add(next, offset, next);
        TensorPrimitives.Negate(next, next);
    }
}
