using System.Collections.Immutable;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Parameters;
using Federated.Core.Privacy;
using Federated.Core.Rounds;
using Federated.Core.Rounds.Selection;
using Federated.V1;

namespace Federated.Coordinator.Actors;

// What RunsActor, a run and the actors of its steps say to each other.

/// <summary>What makes a run this run.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Epoch">Of the coordinator that has it.</param>
/// <param name="Job">Its job.</param>
/// <param name="Yaml">The job, complete.</param>
/// <param name="SubmittedUnixMs">When it was submitted.</param>
internal sealed record RunIdentity(string Run, ulong Epoch, JobSpec Job, string Yaml, long SubmittedUnixMs);

/// <summary>From a run to its parent, before it stops: its journal could not be written or read.</summary>
/// <param name="Run">The run.</param>
/// <param name="Reason">What the journal said.</param>
/// <param name="Damaged">True when what is in the journal cannot be understood: trying again does not help.</param>
internal sealed record RunInterrupted(string Run, string Reason, bool Damaged);

/// <summary>From a run to its parent: a later coordinator has written to its journal.</summary>
internal sealed record RunFenced(string Run, ulong Epoch);

/// <summary>From an ended run to its parent: nobody has asked anything for a while.</summary>
internal sealed record RunIdle(string Run);

/// <summary>To a run: your turn.</summary>
internal sealed record StartRun
{
    public static readonly StartRun Instance = new();
}

/// <summary>From a run to its parent, whenever the summary changes.</summary>
internal sealed record RunChanged(RunSummary Summary);

/// <summary>What one attempt of a round needs.</summary>
/// <param name="Run">The run.</param>
/// <param name="Job">Its job.</param>
/// <param name="Round">1-based.</param>
/// <param name="Attempt">1-based.</param>
/// <param name="Server">State after the previous round.</param>
/// <param name="Algorithm">The server half.</param>
/// <param name="Clients">placement shared: those who can take part; placement local: empty, the roster tells.</param>
/// <param name="Aggregate">Empty, of the update's length; the round's own. Null where clients mask: what such a round adds up is of another kind, and it makes that itself.</param>
/// <param name="Health">Who is not to be asked.</param>
internal sealed record RoundPlan(
    string Run, JobSpec Job, int Round, int Attempt, ServerState Server, IFederatedAlgorithm Algorithm, ImmutableArray<ClientShare> Clients, IUpdateAggregate? Aggregate,
    ClientHealth Health)
{
    /// <value>Whom the attempt asked already, where it begins again; null where it begins.</value>
    public Cohort? Reopened { get; init; }

    /// <value>What the run learns; null where it is not known.</value>
    public Core.Metrics.Goal? Goal { get; init; }

    /// <value>Where lots come from that nobody may foresee.</value>
    public ISecureRandom Secret { get; init; } = SystemRandom.Instance;

    /// <value>How clients did when their updates last counted, where the selection looks at that.</value>
    public ImmutableSortedDictionary<string, ClientRecord> Records { get; init; } = ImmutableSortedDictionary<string, ClientRecord>.Empty;

    /// <value>Where clients keep their states; null for an algorithm whose clients keep none.</value>
    public ClientHomes? Homes { get; init; }

    /// <value>Where noise is that of trees: who has had a turn in the tree of this round, and is not asked.</value>
    public ImmutableSortedSet<string> HadTurn { get; init; } = [];

    /// <value>Where rounds overlap: the tasks that are not settled, of earlier rounds and, where the attempt begins again, of this one.</value>
    public ImmutableSortedDictionary<string, FlightTask> InFlight { get; init; } = ImmutableSortedDictionary<string, FlightTask>.Empty;

    /// <value>Where rounds overlap: the models that those tasks started from, by the round that they came after.</value>
    public ImmutableDictionary<int, ParameterVector> Versions { get; init; } = ImmutableDictionary<int, ParameterVector>.Empty;

    /// <value>Told at each point of the round, from any thread.</value>
    public Action<RunPoint> Reached { get; init; } = static _ => { };

    /// <summary>A client as the selection sees it.</summary>
    /// <param name="client">Its name.</param>
    /// <param name="sizes">Examples by client, as far as the data says.</param>
    /// <param name="roster">Who is there.</param>
    public Candidate CandidateOf(string client, IReadOnlyDictionary<string, long> sizes, Roster roster) => new(client)
    {
        Examples = sizes.GetValueOrDefault(client),
        Last = Records.GetValueOrDefault(client),
        Group = Job.Federation.Cohort.Selection.Label is { } label ? roster.Label(client, label) : "",
    };
}

/// <summary>To the run: the open attempt would ask these clients as well. It waits for <see cref="CohortKept"/>, or for the plan of the next round.</summary>
internal sealed record ClientsDrawn(int Round, int Attempt, ImmutableArray<string> Clients);

/// <summary>To the run: the attempt would ask these clients. It waits for <see cref="CohortKept"/> before it does.</summary>
internal sealed record CohortDrawn(int Round, int Attempt, Cohort Cohort);

/// <summary>To the round: its cohort is durable.</summary>
internal sealed record CohortKept
{
    public static readonly CohortKept Instance = new();
}

/// <summary>To the run: this is what the attempt's clients get, and it is more than the model. The round waits for <see cref="BroadcastHandedOut"/>.</summary>
internal sealed record BroadcastMade(int Round, int Attempt, ParameterVector Broadcast);

/// <summary>To the round: workers can fetch it.</summary>
internal sealed record BroadcastHandedOut(ParameterVector Broadcast);

/// <summary>To the round: the run has no more use for it. Its tasks are withdrawn, and it stops once it has answered what came before.</summary>
internal sealed record EndRound
{
    public static readonly EndRound Instance = new();
}

/// <summary>To the run: the round's next state is there. The round waits to be stopped, and refuses what comes meanwhile.</summary>
internal sealed record RoundReady(RoundState Round, ServerState Server, ImmutableArray<ClientProblem> Problems)
{
    /// <value>Who made the counted updates, by client, where clients keep a state; else empty.</value>
    public ImmutableSortedDictionary<string, string> Homes { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <value>Of a masked round, what its updates say together, which is all that is known of them; else null.</value>
    public RoundSums? Sums { get; init; }

    /// <value>How they were masked; null likewise.</value>
    public MaskedUpdates? Masked { get; init; }

    /// <value>Where rounds overlap: clients whose task is settled when the round is committed. The tasks of others go on.</value>
    public ImmutableSortedSet<string> Settled { get; init; } = [];
}

/// <summary>To the run: the attempt is given up.</summary>
/// <param name="Round">1-based.</param>
/// <param name="Attempt">1-based.</param>
/// <param name="Reason">The middle of a sentence.</param>
/// <param name="Problems">What went wrong with single clients.</param>
/// <param name="FailedClients">Who was asked and did not deliver.</param>
internal sealed record RoundGaveUp(int Round, int Attempt, string Reason, ImmutableArray<ClientProblem> Problems, ImmutableArray<string> FailedClients);

/// <summary>To the run: how far a step is.</summary>
internal sealed record StepProgress(int Round, int Attempt, string Phase, int Done, int Of)
{
    public RoundProgress ToProto() => new() { Round = (uint)Round, Attempt = (uint)Attempt, Phase = Phase, Done = (uint)Done, Of = (uint)Of };
}

/// <summary>To the run: a sentence for those who watch.</summary>
internal sealed record StepNotice(string Sentence);

/// <summary>What initialising a run needs.</summary>
internal sealed record InitialisePlan(string Run, JobSpec Job, IFederatedAlgorithm Algorithm);

/// <summary>To the run: the state before the first round, an empty aggregate of the update's length (null where clients mask), and what the worker told of its data.</summary>
internal sealed record RunInitialised(ServerState Server, IUpdateAggregate? Aggregate, ImmutableArray<ClientShare> Clients, long TestExamples, Core.Metrics.Goal? Goal)
{
    /// <value>Clients that take no part, for their data cannot be used.</value>
    public ImmutableArray<ClientProblem> Unusable { get; init; } = [];
}

/// <summary>What standardising a run's data needs.</summary>
internal sealed record StatisticsPlan(string Run, JobSpec Job, IFederatedAlgorithm Algorithm, RunInitialised Initialised);

/// <summary>To the run: the state before the first round with mean and variance of the data in it, and who is not part of them.</summary>
internal sealed record RunStandardised(RunInitialised Initialised, ImmutableArray<ClientProblem> LeftOut);

/// <summary>To the run: there will be no initial parameters.</summary>
internal sealed record InitialiseFailed(string Reason);

/// <summary>What one evaluation needs.</summary>
/// <param name="Run">The run.</param>
/// <param name="Round">The round whose parameters are measured.</param>
/// <param name="Job">The run's job.</param>
/// <param name="Parameters">The parameters.</param>
/// <param name="TestExamples">Size of the central test set; 0: each client measures its own examples.</param>
/// <param name="Clients">The clients to ask when there is no central test set, and with evaluation.per_client.</param>
/// <param name="Goal">What the run learns; null where the worker did not say.</param>
internal sealed record EvaluationPlan(
    string Run, int Round, JobSpec Job, ParameterVector Parameters, long TestExamples, ImmutableArray<ClientShare> Clients, Core.Metrics.Goal? Goal = null);

/// <summary>What an evaluation came to.</summary>
/// <param name="Whole">Over all that was measured.</param>
/// <param name="Confusion">Of a classification of few classes; else null.</param>
/// <param name="Clients">With evaluation.per_client, each client that has test examples; else empty.</param>
internal sealed record EvaluationResult(Measurement Whole, ConfusionMatrix? Confusion, ImmutableSortedDictionary<string, Measurement> Clients);

/// <summary>To the run: the result, or why there is none.</summary>
internal sealed record EvaluationDone(int Round, EvaluationResult? Result, string Problem);
