using System.Numerics.Tensors;
using Federated.Core.Algorithms.Server;

namespace Federated.Core.Algorithms;

/// <summary>MOON. Li, He, Song, "Model-Contrastive Federated Learning", CVPR 2021, algorithm 1 and equation 3, arXiv:2103.16257.</summary>
/// <remarks>
/// Client half: FedAvg's, on the objective F(w) + μ l_con(w), which draws what the model makes of the client's data, z, towards what the round's model makes of it, and away from what the client's own model of its last
/// round does (<see cref="ModelContrast"/>). The client keeps that model, w_k, as it was after local training. With μ = 0 it is FedAvg, bit by bit. Server half: the step of the job's server optimiser; the mean is weighted by
/// examples, as in the paper.
/// Where a client has no model of its own, before its first round, l_con would have the round's model in both places: it is log 2 with gradient 0, and is left out.
/// Deviations: the paper's model has a projection head of two layers between the encoder and the last layer; here z is what goes into the last layer with trainable weights, and a job that wants such a head has it among its
/// layers. A client's last round is the last one whose update was counted. Losses that are reported are those of F.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="mu">μ, at least 0; the paper tries 0.1, 1, 5 and 10.</param>
/// <param name="temperature">τ, above 0; the paper's is 0.5.</param>
public sealed class Moon(ServerHalf server, double mu, double temperature) : MeanAlgorithm(server)
{
    private const string Own = "own";
    private readonly double _mu = mu >= 0 && double.IsFinite(mu) ? mu : throw new ArgumentOutOfRangeException(nameof(mu), mu, "μ is finite and at least 0.");
    private readonly double _temperature = temperature > 0 && double.IsFinite(temperature) ? temperature
        : throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "τ is finite and above 0.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("moon", static (job, server) => new Moon(server, job.Federation.Algorithm.MoonMu, job.Federation.Algorithm.Temperature),
        "as fedavg, on F(w) + μ l_con(w): what goes into the last layer is drawn to that of x, and away from that of the client's last model", "Li et al. 2021, [arXiv:2103.16257](https://arxiv.org/abs/2103.16257), algorithm 1 and equation 3")
    {
        Options = "`moon_mu`, `temperature`",
        ClientKeeps = "w_k, [P]",
        Refusal = static (_, model) => model.Tensors.Where(tensor => tensor.Trainable).Select(tensor => tensor.Name.Split('.')[0]).Distinct().Count() > 1 ? null
            : "moon compares what goes into the model's last layer with weights, and the model has none to train before that layer. Use a model of two layers with weights or more",
    };

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">What is kept is not of the model's length.</exception>
    public override LocalUpdate Train(ILocalTrainer trainer, ReadOnlySpan<float> broadcast, Span<float> update, ClientState state)
    {
        var known = state.Vectors.TryGetValue(Own, out var last);
        if (known && last.Length != update.Length) throw new ArgumentException($"The client's last model has {last.Length} values, and the model {update.Length}.", nameof(state));
        var training = trainer.Train(broadcast, update, known ? new GradientTerm { Contrast = new(_mu, _temperature, broadcast, last.Span) } : default);
        var own = _mu > 0 ? state.With(Own, update.ToArray()) : null;
        TensorPrimitives.Subtract(update, broadcast, update);
        return new LocalUpdate(trainer.Examples, training.Sums, own);
    }
}
