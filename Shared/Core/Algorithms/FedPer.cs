using Federated.Core.Algorithms.Server;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>FedPer. Arivazhagan, Aggarwal, Singh, Choudhary, "Federated Learning with Personalization Layers", 2019, arXiv:1912.00818.</summary>
/// <remarks>
/// Client half: local epochs on base layers, received, and personalisation layers, the client's own, at once; the update is of the base layers alone. Server half: the mean of the base layers, weighted by examples.
/// Deviations: personalisation layers begin with the run's initial values, where the paper lets each client draw its own; the local optimiser is the job's, and the server's step is that of the job's server
/// optimiser, the paper's being the average.
/// </remarks>
/// <param name="server">The server half; the paper's is <see cref="Averaging"/> with η = 1.</param>
/// <param name="patterns">Names of the personalisation layers' tensors; none: those of the last layer with weights.</param>
public sealed class FedPer(ServerHalf server, TextList patterns) : PartlyShared(server)
{
    /// <summary>What the catalogue says of it.</summary>
    public static AlgorithmInfo Info { get; } = new("fedper", static (job, server) => new FedPer(server, job.Federation.Algorithm.Private),
        "local epochs from x with the client's own head; what they changed of the rest", "Arivazhagan et al. 2019, [arXiv:1912.00818](https://arxiv.org/abs/1912.00818)")
    {
        Options = "`private`",
        ClientKeeps = "its head",
        Refusal = PrivateHead.Refusal,
    };

    /// <inheritdoc/>
    public override string Name => Info.Name;

    /// <inheritdoc/>
    protected override PrivateParts PartsOf(ParameterSchema model) => PrivateHead.Of(patterns, model);
}
