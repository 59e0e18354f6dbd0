using Federated.Core.Jobs;

namespace Federated.Core.Privacy.Governance;

/// <summary>Which jobs a worker takes part in and what may leave it: the whole policy file as immutable records. Property names are the file's keys in snake_case. What is not
/// written is not restricted: an empty policy permits everything that is permitted without one. A spec that came out of <see cref="PolicyReader"/> has been checked.</summary>
public sealed record PolicySpec
{
    /// <value>Hosts of coordinators; null for any.</value>
    [JobField("Names or addresses of the hosts that may be this worker's coordinator, as it dials them and as they call themselves in the cluster and for transfers. "
        + "Ports do not count; '*' stands for any characters.", DefaultInWords = "any")]
    public TextList? Coordinators { get; init; }

    /// <value>Models that may be trained here.</value>
    [JobField("Models that may be trained and measured here.")]
    public ModelPolicy Models { get; init; } = new();

    /// <value>Algorithms; null for any.</value>
    [JobField("Values that federation.algorithm.name may have; '*' stands for any characters.", DefaultInWords = "any")]
    public TextList? Algorithms { get; init; }

    /// <value>Data that is offered.</value>
    [JobField("Data that is offered.")]
    public DataPolicy Data { get; init; } = new();

    /// <value>Most rounds of a job; null for any number.</value>
    [JobField("Most rounds that a job may have (federation.rounds).", Minimum = 1, Maximum = 1_000_000, DefaultInWords = "any number")]
    public int? Rounds { get; init; }

    /// <value>Least clients whose updates make a version; null for any number.</value>
    [JobField("Least that federation.cohort.minimum may be: how many clients' updates a version of the model is made of at least. In plain rounds that is the coordinator's word; "
        + "in a masked round the worker sees how many clients mask together, and takes no part with fewer.", Minimum = 1, Maximum = 100_000, DefaultInWords = "any number")]
    public int? Cohort { get; init; }

    /// <value>Whether updates may leave only masked.</value>
    [JobField("Whether updates leave only masked.")]
    public SecureAggregationPolicy SecureAggregation { get; init; } = new();

    /// <value>Limits on what updates reveal.</value>
    [JobField("What updates may reveal of a client.")]
    public DifferentialPolicy Differential { get; init; } = new();

    /// <value>What may be told beside updates.</value>
    [JobField("What may be told beside updates.")]
    public DisclosurePolicy Disclose { get; init; } = new();
}

/// <summary>Models that may be trained and measured on a worker.</summary>
public sealed record ModelPolicy
{
    /// <value>Named models; null for any.</value>
    [JobField("Values that model.name may have; '*' stands for any characters.", DefaultInWords = "any")]
    public TextList? Names { get; init; }

    /// <value>Layer lists.</value>
    [JobField("Whether the job may list the model's layers itself (model.layers).")]
    public bool Layers { get; init; } = true;

    /// <value>Models of a job's own.</value>
    [JobField("Whether the job may bring a model of its own (model.torchscript, model.assembly), which is code that runs here. The worker's --allow-models is needed beside it.")]
    public bool Own { get; init; } = true;

    /// <value>Files of own models; null for any.</value>
    [JobField("SHA-256 of the files that may be models of a job's own, in hexadecimal; the job must then name one of them in model.sha256.", DefaultInWords = "any")]
    public TextList? Sha256 { get; init; }
}

/// <summary>Data that a worker offers.</summary>
public sealed record DataPolicy
{
    /// <value>Data sets and formats; null for any.</value>
    [JobField("Values that data.name may have: data sets, and formats of files; '*' stands for any characters.", DefaultInWords = "any")]
    public TextList? Names { get; init; }

    /// <value>Paths; null for any.</value>
    [JobField("Values that data.path may have, where a job has one; '*' stands for any characters.", DefaultInWords = "any")]
    public TextList? Paths { get; init; }

    /// <value>Clients; null for any.</value>
    [JobField("Clients that may take part; '*' stands for any characters. A worker whose --client is not among them does not start.", DefaultInWords = "any")]
    public TextList? Clients { get; init; }
}

/// <summary>Whether updates may leave only masked.</summary>
public sealed record SecureAggregationPolicy
{
    /// <value>Whether the job must mask.</value>
    [JobField("Whether updates leave only masked: the job must have privacy.secure_aggregation.enabled, and an update that is not masked is held back whatever the job says.")]
    public bool Required { get; init; }

    /// <value>Whether the other clients must be known.</value>
    [JobField("Whether a job that masks must have privacy.secure_aggregation.require_identities: without, a coordinator that breaks the rules can play the other clients.")]
    public bool Identities { get; init; }
}

/// <summary>What updates may reveal of a client.</summary>
public sealed record DifferentialPolicy
{
    /// <value>Whether jobs need a mechanism.</value>
    [JobField("Whether a job must have differential privacy (privacy.differential.mechanism other than none).")]
    public bool Required { get; init; }

    /// <value>Mechanisms; null for any.</value>
    [JobField("Values that privacy.differential.mechanism may have: who is trusted to add the noise.", DefaultInWords = "any")]
    public TextList? Mechanisms { get; init; }

    /// <value>Least clients that the noise of a masked sum reckons with as working together; null for any number.</value>
    [JobField("Least that privacy.differential.colluding may be, in jobs with mechanism distributed: without how many other clients' shares of the noise a sum still has what ε is counted for. At least 1 protects against each one of the others.",
        Minimum = 0, Maximum = 10_000, DefaultInWords = "any number")]
    public int? Colluding { get; init; }

    /// <value>δ at which ε is counted; null without a limit.</value>
    [JobField("δ at which ε is counted; needed with epsilon_per_run and epsilon_total.", ExclusiveMinimum = 0, ExclusiveMaximum = 1)]
    public double? Delta { get; init; }

    /// <value>Most ε of a client in one run; null for any.</value>
    [JobField("Most ε that the updates of a client may spend in one run; the update that would pass it does not leave.", ExclusiveMinimum = 0, Maximum = 1e6, DefaultInWords = "no limit")]
    public double? EpsilonPerRun { get; init; }

    /// <value>Most ε of a client in all runs; null for any.</value>
    [JobField("Most ε that the updates of a client may spend in all runs together, as the worker's own ledger has them.", ExclusiveMinimum = 0, Maximum = 1e6, DefaultInWords = "no limit")]
    public double? EpsilonTotal { get; init; }

    /// <summary>Whether ε is limited.</summary>
    public bool HasLimit => (EpsilonPerRun ?? EpsilonTotal) is not null;
}

/// <summary>What may be told beside updates, in the clear. Of what secure aggregation masks, counts by class alone are meant.</summary>
public sealed record DisclosurePolicy
{
    /// <value>Loss and hits of the local training.</value>
    [JobField("Whether the loss and hits of the local training may leave with an update that is not masked. They belong to every such update: without them only jobs with secure aggregation go.")]
    public bool Training { get; init; } = true;

    /// <value>Loss and hits on validation shares.</value>
    [JobField("Whether loss and hits on the client's validation share may leave with an update that is not masked.")]
    public bool Validation { get; init; } = true;

    /// <value>Evaluation of models on own examples.</value>
    [JobField("Whether models may be measured on examples that are here, and loss and hits leave. Without it, tasks that evaluate are refused.")]
    public bool Evaluation { get; init; } = true;

    /// <value>Tallies of an evaluation.</value>
    [JobField("Whether the sums out of which further figures are computed (AUROC, confusion matrix, ...; see docs/metrics.md) may leave with an evaluation. They count examples by class and score.")]
    public bool Figures { get; init; } = true;

    /// <value>Moments of features.</value>
    [JobField("Whether count, sum and squared deviations of each feature may leave, for models that begin with normalize. Without it, their tasks are refused.")]
    public bool Moments { get; init; } = true;

    /// <value>Masked counts by class.</value>
    [JobField("Whether a job may have clients mask how many examples of each class they have (privacy.secure_aggregation.label_counts), of which the coordinator learns the sums over the clients of a round, exactly. "
        + "Without it, such jobs do not go.")]
    public bool LabelCounts { get; init; } = true;

    /// <value>Reasons of failures.</value>
    [JobField("Whether the reason of a failure may leave as it is. It may quote a file's name, a column or a value; without it only the kind of the task that failed is told, and the reason is in the worker's log.")]
    public bool Reasons { get; init; } = true;

    /// <value>What happens with what may not be told.</value>
    [JobField("What becomes of a result with something that may not be told and can be left out (validation, figures). leave_out: the rest leaves. refuse: nothing leaves, and the task fails.")]
    public Undisclosed Otherwise { get; init; } = Undisclosed.LeaveOut;
}

/// <summary>What becomes of a result with something that may not be told.</summary>
public enum Undisclosed
{
    /// <summary>The rest leaves.</summary>
    LeaveOut,

    /// <summary>Nothing leaves.</summary>
    Refuse,
}
