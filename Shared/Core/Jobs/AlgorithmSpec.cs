namespace Federated.Core.Jobs;

/// <summary>The federated algorithm and its options.</summary>
public sealed record AlgorithmSpec
{
    /// <value>Name of a known algorithm.</value>
    [JobField("fedavg: clients train for some epochs, the server averages what changed, weighted by examples. "
        + "fedsgd: the update is the gradient over the client's whole data at the round's model, "
        + "and the server takes one step a round (both McMahan et al. 2017). "
        + "fedprox: fedavg whose clients are held near the round's model (Li et al. 2020). "
        + "fednova: clients that take many steps do not count for more (Wang et al. 2020). "
        + "fedsam: local steps look for flat minima, at twice the cost (Qu et al. 2022). "
        + "scaffold: local steps are corrected by how a client's gradient differs from that of all (Karimireddy et al. 2020). "
        + "feddyn: clients are held near the round's model by a term that learns their gradients, so that their minima come to agree (Acar et al. 2021). "
        + "moon: what the model makes of a client's data is drawn to what the round's model makes of it, and away from the client's last model (Li et al. 2021). "
        + "mimelite: local steps have the momentum of all clients; needs sgd without momentum of its own (Karimireddy et al. 2021). "
        + "qfedavg: clients with a high loss count for more (Li et al. 2020). "
        + "afl: the worst mixture of the clients counts (Mohri et al. 2019). "
        + "ifca: k models, each for a cluster of clients that finds itself (Ghosh et al. 2020). "
        + "perfedavg: a model from which a client's own step is good (Fallah et al. 2020). "
        + "reptile: the same by whole epochs (Nichol et al. 2018). "
        + "fedper: each client has a head of its own, trained with the rest (Arivazhagan et al. 2019). "
        + "fedrep: the same, trained before the rest (Collins et al. 2021). "
        + "fedbn: each client has normalisation layers of its own (Li et al. 2021). "
        + "ditto: fedavg, and beside it each client has a whole model of its own, held near that of all (Li et al. 2021). "
        + "apfl: the same, mixed with that of all (Deng et al. 2020). "
        + "pfedme: steps towards each client's own minimum near the model of all (T. Dinh et al. 2020).",
        Names = JobNames.Algorithms)]
    public string Name { get; init; } = "fedavg";

    /// <value>Weight of the proximal term.</value>
    [JobField("μ, the weight of the proximal term (μ / 2) ‖w - x‖² that holds a client's w near the round's model x. With 0 it is fedavg; the paper tries 0.001, 0.01, 0.1 and 1.",
        Minimum = 0, Maximum = 1e6)]
    [AppliesWhen("federation.algorithm.name", "fedprox")]
    public double Mu { get; init; } = 0.01;

    /// <value>fedprox: whether μ follows the loss.</value>
    [JobField("Whether mu is only the first round's and then follows the training loss of the cohorts: up by 0.1 after each round in which it rose, down by 0.1 after five in which it fell.")]
    [AppliesWhen("federation.algorithm.name", "fedprox")]
    public bool AdaptiveMu { get; init; }

    /// <value>fednova: weight of a proximal term.</value>
    [JobField("μ of a proximal term in fednova's local steps, (μ / 2) ‖w - x‖², which its normalisation knows of; 0 for none.", Minimum = 0, Maximum = 1e6)]
    [AppliesWhen("federation.algorithm.name", "fednova")]
    public double ProximalMu { get; init; }

    /// <value>fedsam: how far around the weights the loss should be low.</value>
    [JobField("ρ, how far around the weights fedsam wants the loss to be low, in units of their Euclidean length; with 0 it is fedavg. The paper tries 0.01, 0.1, 0.5 and others.",
        Minimum = 0, Maximum = 1e6)]
    [AppliesWhen("federation.algorithm.name", "fedsam")]
    public double Rho { get; init; } = 0.05;

    /// <value>scaffold: how a client's control variate is made.</value>
    [JobField("What scaffold takes for a client's gradient. gradient: that of its whole data at the round's model, for one more pass over the data (option I of the paper). "
        + "steps: the mean of those of its local steps, for free; needs plain sgd (option II).")]
    [AppliesWhen("federation.algorithm.name", "scaffold")]
    public ControlVariate Variate { get; init; } = ControlVariate.Steps;

    /// <value>feddyn: weight of the proximal term.</value>
    [JobField("α of feddyn: the weight of the term (α / 2) ‖w - x‖² that holds a client's w near the round's model x, and how fast what the clients keep follows their gradients; with 0 it is fedavg with equal weights.",
        Minimum = 0, Maximum = 1e6)]
    [AppliesWhen("federation.algorithm.name", "feddyn")]
    public double Alpha { get; init; } = 0.1;

    /// <value>moon: weight of the contrast.</value>
    [JobField("μ of moon, the weight of its contrast between the round's model and the client's last one; with 0 it is fedavg. The paper tries 0.1, 1, 5 and 10.", Minimum = 0, Maximum = 1e6)]
    [AppliesWhen("federation.algorithm.name", "moon")]
    public double MoonMu { get; init; } = 1;

    /// <value>moon: temperature of the contrast.</value>
    [JobField("τ of moon: the lower, the more a small difference between the two similarities counts.", Minimum = 0.001, Maximum = 1000)]
    [AppliesWhen("federation.algorithm.name", "moon")]
    public double Temperature { get; init; } = 0.5;

    /// <value>mimelite: share of the momentum.</value>
    [JobField("β of mimelite: how much of the momentum stays from round to round, and is added to local steps; with 0 it is fedavg with equal weights.", Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("federation.algorithm.name", "mimelite")]
    public double MimeBeta { get; init; } = 0.9;

    /// <value>qfedavg: how much the loss counts.</value>
    [JobField("q, how much a client's loss counts: with 0 it is fedavg, with more the clients' losses come nearer to each other. The paper tries 0.1, 1, 5 and others.", Minimum = 0, Maximum = 20)]
    [AppliesWhen("federation.algorithm.name", "qfedavg")]
    public double Q { get; init; } = 1;

    /// <value>afl: step of the clients' weights.</value>
    [JobField("γ, how far the clients' weights go along their losses each round; with 0 all weigh the same.", Minimum = 0, Maximum = 1e6)]
    [AppliesWhen("federation.algorithm.name", "afl")]
    public double Gamma { get; init; } = 0.01;

    /// <value>ifca: how many models.</value>
    [JobField("k, how many models there are, each for the clients that it suits best; with 1 it is fedavg. All of them travel to each client.", Minimum = 1, Maximum = 64)]
    [AppliesWhen("federation.algorithm.name", "ifca")]
    public int Clusters { get; init; } = 2;

    /// <value>perfedavg: rate of the client's own step.</value>
    [JobField("α, the rate of the step that makes a client's own model of the common one.", Minimum = 0, Maximum = 1e6)]
    [AppliesWhen("federation.algorithm.name", "perfedavg")]
    public double InnerRate { get; init; } = 0.01;

    /// <value>fedper, fedrep: what stays with each client.</value>
    [JobField("Names of the tensors that each client keeps to itself, with * for any letters; they never leave the worker. None: those of the last layer that has weights.")]
    [AppliesWhen("federation.algorithm.name", "fedper", "fedrep")]
    public TextList Private { get; init; } = [];

    /// <value>fedrep: epochs on the head.</value>
    [JobField("Epochs that fedrep trains a client's own head for before training.epochs of the rest.", Minimum = 1, Maximum = 10_000)]
    [AppliesWhen("federation.algorithm.name", "fedrep")]
    public int HeadEpochs { get; init; } = 10;

    /// <value>ditto: how near a client's own model is held to that of all.</value>
    [JobField("λ of ditto, the weight of (λ / 2) ‖v - x‖² that holds a client's own model v near the model of all x; with 0 it learns from the client's data alone.", Minimum = 0, Maximum = 1e6)]
    [AppliesWhen("federation.algorithm.name", "ditto")]
    public double DittoLambda { get; init; } = 1;

    /// <value>ditto: epochs of the own model.</value>
    [JobField("Epochs that a client's own model is trained for in a round.", Minimum = 1, Maximum = 10_000, DefaultInWords = "training.epochs")]
    [AppliesWhen("federation.algorithm.name", "ditto")]
    public int? PersonalEpochs { get; init; }

    /// <value>apfl: share of the own model.</value>
    [JobField("α of apfl, the share of a client's own model v in α v + (1 - α) w; with 0 there is none, with 1 it learns from the client's data alone.", Minimum = 0, Maximum = 1)]
    [AppliesWhen("federation.algorithm.name", "apfl")]
    public double ApflAlpha { get; init; } = 0.5;

    /// <value>apfl: whether α follows the loss.</value>
    [JobField("Whether apfl_alpha is only where each client begins, and then takes a step down its loss each round.")]
    [AppliesWhen("federation.algorithm.name", "apfl")]
    public bool AdaptiveAlpha { get; init; }

    /// <value>pfedme: how near a client's own model is held to that of all.</value>
    [JobField("λ of pfedme, the weight of (λ / 2) ‖θ - w‖² that holds a client's own model θ near w. Steps of w have the length learning_rate times λ, which should be well below 1.", ExclusiveMinimum = 0, Maximum = 1e6)]
    [AppliesWhen("federation.algorithm.name", "pfedme")]
    public double PfedmeLambda { get; init; } = 15;

    /// <value>pfedme: steps of θ.</value>
    [JobField("K, the steps that pfedme takes with each batch towards a client's own model.", Minimum = 1, Maximum = 10_000)]
    [AppliesWhen("federation.algorithm.name", "pfedme")]
    public int InnerSteps { get; init; } = 5;

    /// <value>pfedme: rate of θ's steps.</value>
    [JobField("The learning rate of those steps; times λ it must be below 2, and well below that where the loss is curved.", ExclusiveMinimum = 0, Maximum = 1e6)]
    [AppliesWhen("federation.algorithm.name", "pfedme")]
    public double PersonalRate { get; init; } = 0.05;

    /// <value>Factor on the server's step; fedsgd's step size.</value>
    [JobField("η: factor on the server's step; for fedsgd with average, which has no other, the learning rate.", ExclusiveMinimum = 0, Maximum = 1e6)]
    public double ServerLearningRate { get; init; } = 1.0;

    /// <value>What the mean update does to the model.</value>
    [JobField("What the mean of the updates does to the model.")]
    public ServerSpec Server { get; init; } = new();
}

/// <summary>The server's optimiser and its options. With Δ the mean of the updates and x the model.</summary>
public sealed record ServerSpec
{
    /// <value>Which one.</value>
    [JobField("average: x + η Δ, the plain average with η = 1. fedavgm: momentum (Hsu et al. 2019). fedadagrad, fedyogi, fedadam: a step for each parameter of its "
        + "own, which helps where most clients move few of them, as in text and recommendation (Reddi et al. 2021, algorithm 2); η is then near 0.01.")]
    public ServerOptimizer Optimizer { get; init; } = ServerOptimizer.Average;

    /// <value>Momentum β; the papers' 0.9.</value>
    [JobField("β₁, the share of the last step's direction in this one. fedadagrad is the paper's with 0.", Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("federation.algorithm.server.optimizer", "average", Not = true)]
    public double Beta1 { get; init; } = 0.9;

    /// <value>Share of the last squares.</value>
    [JobField("β₂, the share of the last squares in these.", Minimum = 0, ExclusiveMaximum = 1)]
    [AppliesWhen("federation.algorithm.server.optimizer", "fedyogi", "fedadam")]
    public double Beta2 { get; init; } = 0.99;

    /// <value>Adaptivity.</value>
    [JobField("τ, the adaptivity: a parameter that moves much less than this takes no longer steps than one that moves like this.", ExclusiveMinimum = 0, Maximum = 1e3)]
    [AppliesWhen("federation.algorithm.server.optimizer", "fedadagrad", "fedyogi", "fedadam")]
    public double Tau { get; init; } = 1e-3;

    /// <value>How the learning rate changes.</value>
    [JobField("How server_learning_rate changes over the rounds.")]
    public ServerScheduleSpec Schedule { get; init; } = new();
}

/// <summary>How the server learning rate changes.</summary>
public sealed record ServerScheduleSpec
{
    /// <value>The way.</value>
    [JobField("constant: no change. step: times factor, every so many rounds. exponential: the same fall, but smooth. linear: evenly down to minimum. cosine: half a cosine down to minimum.")]
    public ScheduleKind Kind { get; init; } = ScheduleKind.Constant;

    /// <value>First rounds, in which the rate grows evenly towards the full one.</value>
    [JobField("First rounds, in which the rate grows evenly: the n-th of them has n / (warm_up + 1) of the full rate.", Minimum = 0, Maximum = 1_000_000)]
    public int WarmUp { get; init; }

    /// <value>step, exponential: rounds in which the rate falls by the factor.</value>
    [JobField("Rounds in which the rate falls by the factor.", Minimum = 1, Maximum = 1_000_000)]
    [AppliesWhen("federation.algorithm.server.schedule.kind", "step", "exponential")]
    public int Every { get; init; } = 10;

    /// <value>step, exponential: what the rate is multiplied by.</value>
    [JobField("What the rate is multiplied by.", ExclusiveMinimum = 0, Maximum = 1)]
    [AppliesWhen("federation.algorithm.server.schedule.kind", "step", "exponential")]
    public double Factor { get; init; } = 0.1;

    /// <value>The rate below which the schedule does not go; at most the server learning rate.</value>
    [JobField("The learning rate below which the schedule does not go, warm-up apart.", Minimum = 0, Maximum = 1e6)]
    [AppliesWhen("federation.algorithm.server.schedule.kind", "constant", Not = true)]
    public double Minimum { get; init; }
}

/// <summary>Options I and II of Karimireddy et al. 2020, arXiv:1910.06378, algorithm 1.</summary>
public enum ControlVariate
{
    /// <summary>The gradient of the client's whole data at the round's model.</summary>
    Gradient,

    /// <summary>The mean gradient of the client's local steps.</summary>
    Steps,
}

/// <summary>Server optimisers.</summary>
public enum ServerOptimizer
{
    /// <summary>Plain average, times the server learning rate.</summary>
    Average,

    /// <summary>Momentum: Hsu et al. 2019.</summary>
    [JobKey("fedavgm")]
    FedAvgM,

    /// <summary>Reddi et al. 2021.</summary>
    [JobKey("fedadagrad")]
    FedAdagrad,

    /// <summary>Reddi et al. 2021.</summary>
    [JobKey("fedyogi")]
    FedYogi,

    /// <summary>Reddi et al. 2021.</summary>
    [JobKey("fedadam")]
    FedAdam,
}
