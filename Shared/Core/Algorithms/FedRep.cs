using Federated.Core.Algorithms.Server;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>FedRep. Collins, Hassani, Mokhtari, Shakkottai, "Exploiting Shared Representations for Personalized Federated Learning", ICML 2021, algorithm 1, arXiv:2102.07078.</summary>
/// <remarks>
/// Client half: some epochs on the client's own head while the representation stays as received, then the job's local epochs on the representation while the head stays; the update is of the representation alone.
/// Server half: the mean of the representations.
/// Deviations: the mean is weighted by examples, where the paper's is plain; the representation gets the job's epochs, where algorithm 1 has one step; heads begin with the run's initial values; the local optimiser
/// is the job's and begins anew with the representation, with the same order of examples; the server's step is that of the job's server optimiser. Running statistics of what stays do not move.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="patterns">Names of the head's tensors; none: those of the last layer with weights.</param>
/// <param name="headEpochs">Epochs on the head, at least 1.</param>
public sealed class FedRep(ServerHalf server, TextList patterns, int headEpochs) : PartlyShared(server)
{
    private readonly int _headEpochs = headEpochs >= 1 ? headEpochs : throw new ArgumentOutOfRangeException(nameof(headEpochs), headEpochs, "The head is trained for an epoch at least.");

    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("fedrep", static (job, server) => new FedRep(server, job.Federation.Algorithm.Private, job.Federation.Algorithm.HeadEpochs),
        "epochs on the client's own head alone, then local epochs on the rest alone; what these changed", "Collins et al. 2021, [arXiv:2102.07078](https://arxiv.org/abs/2102.07078), algorithm 1")
    {
        Options = "`private`, `head_epochs`",
        ClientKeeps = "its head",
        Refusal = PrivateHead.Refusal,
    };

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    protected override PrivateParts PartsOf(ParameterSchema model) => PrivateHead.Of(patterns, model);

    /// <inheritdoc/>
    protected override MetricSums Train(ILocalTrainer trainer, PrivateParts parts, ReadOnlySpan<float> start, Span<float> own)
    {
        var middle = new float[start.Length];
        var head = trainer.Train(start, middle, new GradientTerm { Frozen = parts.IsPrivate.Select(isPrivate => !isPrivate).ToArray(), Epochs = _headEpochs });
        var representation = trainer.Train(middle, own, new GradientTerm { Frozen = parts.IsPrivate.AsSpan() });
        return head.Sums + representation.Sums;
    }
}
