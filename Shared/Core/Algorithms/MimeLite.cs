using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>MimeLite with momentum. Karimireddy, Jaggi, Kale, Mohri, Reddi, Stich, Suresh, "Breaking the Centralized Barrier for Cross-Device Federated Learning", NeurIPS 2021, algorithm 1, arXiv:2008.03606.</summary>
/// <remarks>
/// Client half: from x, local steps y ← y - η (g(y) + β m), m the coordinator's momentum, which stays as it is through the round; then g_k, the gradient of the client's whole data at x. The
/// update is [y - x; g_k], shape [2 P], of weight 1: the paper's means are plain. Server half: x by the job's server optimiser from the mean of the first half; m ← β m + the mean of g_k, 0 before the
/// first round. With β = 0 it is fedavg with equal weights, bit by bit.
/// Deviations: the paper writes the step as (1 - β) g + β m with m ← β m + (1 - β) g, which is the same with the rate η / (1 - β); g_k is with the dropout of training, and without weight decay, which the
/// optimiser adds to its steps by itself. Running statistics have no gradient: m is 0 there, and their mean is plain.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="beta">β, from 0 to below 1.</param>
public sealed class MimeLite(ServerHalf server, double beta) : IFederatedAlgorithm
{
    private const string Momentum = "mime";
    private const string Gradient = "gradient";
    private readonly float _beta = beta is >= 0 and < 1 ? (float)beta : throw new ArgumentOutOfRangeException(nameof(beta), beta, "β is from 0 to below 1.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("mimelite", static (job, server) => new MimeLite(server, job.Federation.Algorithm.MimeBeta),
        "local epochs from x with the coordinator's momentum; what they changed, and the gradient of its whole data at x", "Karimireddy et al. 2021, [arXiv:2008.03606](https://arxiv.org/abs/2008.03606), algorithm 1")
    {
        Options = "`mime_beta`",
        ServerKeeps = "1 (m)",
        Down = "m, [P]",
        Up = "the gradient, [P]",
        NotPlain = "its updates carry gradients beside the change of the model",
    };

    /// <inheritdoc/>
    public string Name => Info.Name;

    /// <inheritdoc/>
    public ParameterSchema BroadcastSchema(ParameterSchema model) => model.Twice(Momentum);

    /// <inheritdoc/>
    public ParameterSchema UpdateSchema(ParameterSchema model) => model.Twice(Gradient);

    /// <inheritdoc/>
    public ParameterVector Broadcast(ServerState state) => state.Parameters.Join(BroadcastSchema(state.Parameters.Schema), state.Slots[Momentum].Span);

    /// <inheritdoc/>
    public LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var count = trainer.Schema.Count;
        var offset = new float[count];
        var change = update[..count];
        TensorPrimitives.Multiply(broadcast[count..], _beta, offset);
        var model = broadcast[..count];
        // No momentum at all rather than zeros: adding 0 turns -0 into 0.
        var training = trainer.Train(model, change, offset.AsSpan().ContainsAnyExcept(0) ? new GradientTerm { Offset = offset } : default);
        TensorPrimitives.Subtract(change, model, change);
        trainer.Gradient(model, update[count..]);
        return new LocalUpdate(trainer.Examples, training.Sums) { Weight = 1 };
    }

    /// <inheritdoc/>
    public ServerState Init(ParameterVector parameters)
    {
        var state = server.Init(parameters);
        return state with { Slots = state.Slots.Add(Momentum, new float[parameters.Values.Length]) };
    }

    /// <inheritdoc/>
    public ServerState Apply(ServerState state, ReadOnlySpan<float> mean, RoundFacts round)
    {
        var count = state.Parameters.Values.Length;
        if (mean.Length != 2 * count) throw new ArgumentException($"Expected {2 * count} values, got {mean.Length}.", nameof(mean));
        var momentum = new float[count];
        TensorPrimitives.MultiplyAdd(state.Slots[Momentum].Span, _beta, mean[count..], momentum);
        var next = server.Apply(state, mean[..count]);
        return next with { Slots = next.Slots.SetItem(Momentum, momentum) };
    }
}
