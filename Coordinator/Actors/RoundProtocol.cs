using System.Collections.Immutable;
using Federated.Core.Aggregation;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Rounds;
using Federated.V1;

namespace Federated.Coordinator.Actors;

// What RunsActor, a run and the actors of its steps say to each other.

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
/// <param name="Mean">An empty mean of the model's size; the round's own.</param>
internal sealed record RoundPlan(
    string Run, JobSpec Job, int Round, int Attempt, ServerState Server, IFederatedAlgorithm Algorithm, ImmutableArray<ClientShare> Clients, ExactMean Mean);

/// <summary>To the run: the round's next state is there. The round waits to be stopped, and refuses what comes meanwhile.</summary>
internal sealed record RoundReady(RoundState Round, ServerState Server, ImmutableArray<ClientProblem> Problems);

/// <summary>To the run: the attempt is given up.</summary>
internal sealed record RoundGaveUp(int Round, int Attempt, string Reason, ImmutableArray<ClientProblem> Problems);

/// <summary>To the run: how far a step is.</summary>
internal sealed record StepProgress(int Round, int Attempt, string Phase, int Done, int Of)
{
    public RoundProgress ToProto() => new() { Round = (uint)Round, Attempt = (uint)Attempt, Phase = Phase, Done = (uint)Done, Of = (uint)Of };
}

/// <summary>To the run: a sentence for those who watch.</summary>
internal sealed record StepNotice(string Sentence);

/// <summary>What initialising a run needs.</summary>
internal sealed record InitialisePlan(string Run, JobSpec Job, IFederatedAlgorithm Algorithm);

/// <summary>To the run: the state before the first round, and an empty mean of the model's size.</summary>
internal sealed record RunInitialised(ServerState Server, ExactMean Mean, ImmutableArray<ClientShare> Clients, long TestExamples);

/// <summary>To the run: there will be no initial parameters.</summary>
internal sealed record InitialiseFailed(string Reason);

/// <summary>What one evaluation needs.</summary>
/// <param name="Run">The run.</param>
/// <param name="Round">The round whose parameters are measured.</param>
/// <param name="Job">The run's job.</param>
/// <param name="Parameters">The parameters.</param>
/// <param name="TestExamples">Size of the central test set; 0: each client measures its own examples.</param>
/// <param name="Clients">The clients to ask when there is no central test set.</param>
internal sealed record EvaluationPlan(string Run, int Round, JobSpec Job, ParameterVector Parameters, long TestExamples, ImmutableArray<ClientShare> Clients);

/// <summary>To the run: the sums, or why there are none.</summary>
internal sealed record EvaluationDone(int Round, MetricSums? Sums, string Problem);
