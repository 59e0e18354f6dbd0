using System.Collections.Immutable;
using Federated.Core.Models;

namespace Federated.Core.Jobs;

/// <summary>What the user asks for: the whole job file as immutable records. Property names are the file's keys in snake_case; initial values are
/// the defaults. A spec that came out of JobReader has been checked; one built by hand has not.</summary>
public sealed record JobSpec
{
    /// <value>Name for people and folders, 1 to 64 characters of [A-Za-z0-9._-].</value>
    public string Name { get; init; } = "federated-run";

    /// <value>Every draw of the run derives from it. Default 42.</value>
    public ulong Seed { get; init; } = 42;

    /// <value>The network.</value>
    public ModelSpec Model { get; init; } = new();

    /// <value>The data set and how it is spread over clients.</value>
    public DataSpec Data { get; init; } = new();

    /// <value>Rounds, cohort and algorithm.</value>
    public FederationSpec Federation { get; init; } = new();

    /// <value>What a client does in a round.</value>
    public TrainingSpec Training { get; init; } = new();

    /// <value>When the global model is measured.</value>
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <value>Reasons to end before the last round.</value>
    public StopSpec Stop { get; init; } = new();
}

/// <summary>A named model or a layer list: exactly one of the two.</summary>
public sealed record ModelSpec
{
    /// <value>logistic, mlp, mcmahan-cnn or keras-cnn; null with a layer list.</value>
    public string? Name { get; init; }

    /// <value>The layers in order; empty with a named model.</value>
    public ImmutableArray<LayerSpec> Layers { get; init; } = [];
}

/// <summary>Where a client's task may run.</summary>
public enum Placement
{
    /// <summary>Every worker can read the data set; a client's task goes to any free slot.</summary>
    Shared,

    /// <summary>A client lives on the worker that announces it, and its data never moves.</summary>
    Local,
}

/// <summary>The data set and how it is spread over clients.</summary>
public sealed record DataSpec
{
    /// <value>digits (embedded), mnist, fashion-mnist or csv. Default digits.</value>
    public string Name { get; init; } = "digits";

    /// <value>csv: the file; relative paths are looked up in the worker's data folders.</value>
    public string? Path { get; init; }

    /// <value>csv: the label's column by name; null for the last column.</value>
    public string? Label { get; init; }

    /// <value>csv with partition natural: the column that names the client.</value>
    public string? ClientColumn { get; init; }

    /// <value>csv: fraction of rows (per client, drawn by the seed) kept for the central test set, in [0, 1). Default 0.2. Other sets have their own.</value>
    public double Test { get; init; } = 0.2;

    /// <value>Number of clients for the partitions that make them, 1 to 100000. Ignored by natural and by placement local. Default 10.</value>
    public int Clients { get; init; } = 10;

    /// <value>How examples are spread over clients.</value>
    public PartitionSpec Partition { get; init; } = new();

    /// <value>Fraction of each client's examples that it keeps for validation, in [0, 1). Default 0.</value>
    public double Validation { get; init; }

    /// <value>Where tasks may run. Default shared.</value>
    public Placement Placement { get; init; } = Placement.Shared;
}

/// <summary>Ways to spread examples over clients.</summary>
public enum PartitionKind
{
    /// <summary>Shuffled and dealt in equal parts.</summary>
    Iid,

    /// <summary>Sorted by label, cut into equal shards, some shards a client (McMahan et al. 2017).</summary>
    Shards,

    /// <summary>Each client's label mix drawn from a Dirichlet distribution (Hsu et al. 2019).</summary>
    Dirichlet,

    /// <summary>Labels mixed evenly, sizes drawn from a Dirichlet distribution.</summary>
    Quantity,

    /// <summary>As the data says, by its client column.</summary>
    Natural,
}

/// <summary>How examples are spread over clients.</summary>
public sealed record PartitionSpec
{
    /// <value>Default iid.</value>
    public PartitionKind Kind { get; init; } = PartitionKind.Iid;

    /// <value>dirichlet and quantity: concentration, above 0; small is skewed. Default 0.5.</value>
    public double Alpha { get; init; } = 0.5;

    /// <value>shards: shards a client, at least 1. Default 2.</value>
    public int ShardsPerClient { get; init; } = 2;

    /// <value>dirichlet and quantity: every client gets at least this many examples, at least 1. Default 2.</value>
    public int MinimumExamples { get; init; } = 2;
}

/// <summary>Rounds, cohort and algorithm.</summary>
public sealed record FederationSpec
{
    /// <value>Rounds to commit, 1 to 1000000. Default 10.</value>
    public int Rounds { get; init; } = 10;

    /// <value>Who takes part in a round.</value>
    public CohortSpec Cohort { get; init; } = new();

    /// <value>How updates become the next model.</value>
    public AlgorithmSpec Algorithm { get; init; } = new();

    /// <value>How often a failed round is tried again, with a newly drawn cohort, before the run fails; 0 to 1000. Default 3.</value>
    public int Retries { get; init; } = 3;
}

/// <summary>Who takes part in a round.</summary>
public sealed record CohortSpec
{
    /// <value>Fraction of all clients that a round wants updates of, in (0, 1]; at least one client. Default 1.</value>
    public double Fraction { get; init; } = 1.0;

    /// <value>Updates below which a round fails, at least 1. Default 1.</value>
    public int Minimum { get; init; } = 1;

    /// <value>How many times more clients are asked than are wanted, 1 to 10; the round closes with the wanted number. Default 1.</value>
    public double OverSelect { get; init; } = 1.0;

    /// <value>Time a round may take from its first task to its last update; above 0. Default 10 minutes.</value>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>The federated algorithm and its options.</summary>
public sealed record AlgorithmSpec
{
    /// <value>fedavg or fedsgd. Default fedavg.</value>
    public string Name { get; init; } = "fedavg";

    /// <value>Factor on the mean update in the server's step, above 0. Default 1 for fedavg; fedsgd takes its step size from here as well.</value>
    public double ServerLearningRate { get; init; } = 1.0;
}

/// <summary>Losses.</summary>
public enum Loss
{
    /// <summary>Softmax cross-entropy over class scores.</summary>
    CrossEntropy,

    /// <summary>Mean squared error; with classes, against the one-hot label.</summary>
    Mse,
}

/// <summary>What a client does in a round.</summary>
public sealed record TrainingSpec
{
    /// <value>Passes over the client's data a round, 1 to 10000. Default 1.</value>
    public int Epochs { get; init; } = 1;

    /// <value>Examples a step, at least 1. Default 32.</value>
    public int BatchSize { get; init; } = 32;

    /// <value>Default cross_entropy.</value>
    public Loss Loss { get; init; } = Loss.CrossEntropy;

    /// <value>The optimiser; it starts afresh every round.</value>
    public OptimizerSpec Optimizer { get; init; } = new();

    /// <value>Upper bound on the gradient's global L2 norm, above 0; null for none.</value>
    public double? ClipNorm { get; init; }
}

/// <summary>Client optimisers.</summary>
public enum OptimizerName
{
    /// <summary>Stochastic gradient descent with momentum, Nesterov momentum and weight decay.</summary>
    Sgd,

    /// <summary>Kingma and Ba 2015.</summary>
    Adam,

    /// <summary>Loshchilov and Hutter 2019.</summary>
    AdamW,
}

/// <summary>The client's optimiser.</summary>
public sealed record OptimizerSpec
{
    /// <value>Default sgd.</value>
    public OptimizerName Name { get; init; } = OptimizerName.Sgd;

    /// <value>Client learning rate, above 0. Default 0.05.</value>
    public double LearningRate { get; init; } = 0.05;

    /// <value>sgd: in [0, 1). Default 0.</value>
    public double Momentum { get; init; }

    /// <value>sgd: Nesterov momentum, with momentum above 0. Default false.</value>
    public bool Nesterov { get; init; }

    /// <value>At least 0. sgd and adam: added to the gradient; adamw: decoupled. Default 0.</value>
    public double WeightDecay { get; init; }

    /// <value>adam and adamw: in [0, 1). Default 0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <value>adam and adamw: in [0, 1). Default 0.999.</value>
    public double Beta2 { get; init; } = 0.999;

    /// <value>adam and adamw: above 0. Default 1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;
}

/// <summary>When the global model is measured.</summary>
public sealed record EvaluationSpec
{
    /// <value>Every how many rounds, at least 1; the last round always. Default 1.</value>
    public int Every { get; init; } = 1;
}

/// <summary>Reasons to end before the last round.</summary>
public sealed record StopSpec
{
    /// <value>End when the test accuracy reaches this, in (0, 1]; null for never.</value>
    public double? Accuracy { get; init; }
}
