using Federated.Core.Algorithms.Server;
using Federated.Core.Jobs;
using Federated.Core.Parameters;

namespace Federated.Core.Algorithms;

/// <summary>A client half that a job may name: how it is made, and what docs/algorithms.md says of it.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Create">Makes it for a checked job, with the job's server half.</param>
/// <param name="Update">What a client's update is, a cell of a table.</param>
/// <param name="Source">Paper with link, and equations or algorithm numbers, the same.</param>
public sealed record AlgorithmInfo(string Name, Func<JobSpec, ServerHalf, IFederatedAlgorithm> Create, string Update, string Source)
{
    private const string Nothing = "nothing";

    /// <value>Its keys below federation.algorithm, in back quotes with commas between; "none" without any.</value>
    public string Options { get; init; } = "none";

    /// <value>What a client keeps between rounds.</value>
    public string ClientKeeps { get; init; } = Nothing;

    /// <value>True where a client keeps a state between rounds: its tasks then go to the worker that has it.</value>
    public bool KeepsClientState => ClientKeeps != Nothing;

    /// <value>What the coordinator keeps beside the model and the server optimiser's vectors, in vectors of the model's size.</value>
    public string ServerKeeps { get; init; } = Nothing;

    /// <value>What goes to a client beside the model.</value>
    public string Down { get; init; } = "";

    /// <value>What comes back beside the update.</value>
    public string Up { get; init; } = "";

    /// <value>Why its updates are no changes of one model that stand for themselves, as the end of a sentence; null where they are. Robust rules and asynchronous modes take only such updates.</value>
    public string? NotPlain { get; init; }

    /// <value>Why a masked sum of its updates is not enough for its server half, as the end of a sentence; null where it is. Secure aggregation takes only algorithms for which it is.</value>
    public string? NotMasked { get; init; }

    /// <value>True where a client measures the loss over its whole training data, which some data have not.</value>
    public bool MeasuresLoss { get; init; }

    /// <value>True where it makes its local steps itself, plain ones along the gradient: the job's optimiser has only its learning rate and schedule then.</value>
    public bool OwnSteps { get; init; }

    /// <value>Why it cannot train a model; null where it can.</value>
    public Func<AlgorithmSpec, ParameterSchema, string?> Refusal { get; init; } = static (_, _) => null;
}
