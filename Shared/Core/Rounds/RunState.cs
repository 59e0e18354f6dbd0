using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Privacy.Differential;
using Federated.Core.Rounds.Selection;

namespace Federated.Core.Rounds;

/// <summary>Where a run stands.</summary>
public enum RunPhase
{
    /// <summary>Waits for its turn.</summary>
    Queued,

    /// <summary>At work.</summary>
    Running,

    /// <summary>Did what was asked.</summary>
    Completed,

    /// <summary>Ended by somebody.</summary>
    Stopped,

    /// <summary>Could not go on.</summary>
    Failed,

    /// <summary>Halted until somebody lets it go on.</summary>
    Paused,
}

/// <summary>What a run knows and decides: plain immutable data that only <see cref="Apply"/> changes, but for what <see cref="ForgetHomes"/> takes away.</summary>
public sealed record RunState
{
    // Before the first state, which has it.
    internal static readonly ImmutableSortedDictionary<string, FlightTask> NoTasks = ImmutableSortedDictionary.Create<string, FlightTask>(StringComparer.Ordinal);

    /// <summary>Before anything happened.</summary>
    public static readonly RunState Initial = new();

    private RunState()
    {
    }

    /// <value>Where it stands.</value>
    public RunPhase Phase { get; private init; }

    /// <value>True once initial parameters and data are known.</value>
    public bool IsInitialised { get; private init; }

    /// <value>placement shared: the clients; else empty.</value>
    public ImmutableArray<ClientShare> Clients { get; private init; } = [];

    /// <value>What it learns; null before that is known, and where the worker that initialised the run did not say.</value>
    public Goal? Goal { get; private init; }

    /// <value>Size of the central test set.</value>
    public long TestExamples { get; private init; }

    /// <value>The last committed round; 0 before the first.</value>
    public int Round { get; private init; }

    /// <value>Hash of the parameters after <see cref="Round"/>; "" before there are any.</value>
    public string ParametersHash { get; private init; } = "";

    /// <value>The attempt of round <see cref="Round"/> + 1 that has asked its clients; 0 when none has.</value>
    public int OpenAttempt { get; private init; }

    /// <value>Whom the open attempt asks; null when none is open.</value>
    public Cohort? OpenCohort { get; private init; }

    /// <value>Tasks that were asked for and that no committed round has settled, by client: those of the open attempt, and where rounds overlap those of earlier rounds.</value>
    public ImmutableSortedDictionary<string, FlightTask> InFlight { get; private init; } = NoTasks;

    /// <value>Clients that failed lately.</value>
    public ClientHealth Health { get; private init; } = ClientHealth.Fine;

    /// <value>How clients did when their updates last counted, where the selection looks at that.</value>
    public ImmutableSortedDictionary<string, ClientRecord> Records { get; private init; } = ImmutableSortedDictionary.Create<string, ClientRecord>(StringComparer.Ordinal);

    /// <value>Where clients keep their states; empty for algorithms whose clients keep none.</value>
    public ClientHomes Homes { get; private init; } = ClientHomes.None;

    /// <value>What the run has given away. No change takes any of it back.</value>
    public PrivacyRecord Privacy { get; private init; } = PrivacyRecord.Nothing;

    /// <value>Why earlier attempts of round <see cref="Round"/> + 1 failed; after a commit, empty.</value>
    public ImmutableArray<string> FailedAttempts { get; private init; } = [];

    /// <value>How many of <see cref="FailedAttempts"/> do not count as tries.</value>
    public int ExcusedAttempts { get; private init; }

    /// <value>Finished evaluations by round; null where measuring was not possible.</value>
    public ImmutableSortedDictionary<int, Measurement?> Evaluations { get; private init; } = ImmutableSortedDictionary<int, Measurement?>.Empty;

    /// <value>Committed rounds whose evaluation is not in yet.</value>
    public ImmutableSortedSet<int> Unmeasured { get; private init; } = [];

    /// <value>Why it ended; "" while it has not, or when it simply did all its rounds.</value>
    public string Reason { get; private init; } = "";

    /// <value>True when nothing can happen any more.</value>
    public bool Ended => Phase is RunPhase.Completed or RunPhase.Stopped or RunPhase.Failed;

    /// <summary>The state after a change.</summary>
    /// <exception cref="InvalidOperationException">The change cannot follow this state.</exception>
    public RunState Apply(RunChange change) => change switch
    {
        RunChange.Started when Phase == RunPhase.Queued => this with { Phase = RunPhase.Running },
        RunChange.Initialised c when Phase == RunPhase.Running && !IsInitialised =>
            this with
            {
                IsInitialised = true,
                ParametersHash = c.ParametersHash,
                Clients = c.Clients,
                TestExamples = c.TestExamples,
                Goal = c.Goal,
                Privacy = Privacy with { Sizes = [.. c.Clients.Select(client => client.Examples)] },
            },
        RunChange.RoundOpened c when IsInitialised && !Ended && OpenAttempt == 0 && IsNext(c.Round, c.Attempt) =>
            this with
            {
                OpenAttempt = c.Attempt,
                OpenCohort = c.Cohort,
                InFlight = Asking(c.Cohort.Clients, new(c.Round, c.Attempt)),
                Privacy = Privacy with { Asked = Privacy.Asked + 1 },
            },
        RunChange.ClientsAsked c when !Ended && OpenAttempt > 0 && c.Attempt == OpenAttempt && c.Round == Round + 1 =>
            this with { InFlight = Asking(c.Clients, new(c.Round, c.Attempt)) },
        RunChange.RoundCommitted c when !Ended && OpenAttempt > 0 && c.Round == Round + 1 =>
            Closed() with
            {
                Round = c.Round,
                ParametersHash = c.ParametersHash,
                FailedAttempts = [],
                ExcusedAttempts = 0,
                Unmeasured = c.Measured ? Unmeasured.Add(c.Round) : Unmeasured,
                Health = Health.After(c.Round, Fine(c.Recovered), c.FailedClients),
                Records = Records.SetItems(c.Records),
                Homes = Homes.After(c.Round, c.Homes),
                InFlight = c.InFlight,
                Privacy = Privacy.After(c.Released, c.Sizes, OpenCohort!.Clients),
            },
        RunChange.RoundFailed c when !Ended && IsNext(c.Round, c.Attempt) && (OpenAttempt == 0 || OpenAttempt == c.Attempt) =>
            Closed() with
            {
                FailedAttempts = FailedAttempts.Add(c.Reason),
                ExcusedAttempts = ExcusedAttempts + (c.Excused ? 1 : 0),
                Health = c.Excused ? Health : Health.After(c.Round, Fine(c.Recovered), c.FailedClients),
            },
        RunChange.Evaluated c when !Ended && Unmeasured.Contains(c.Round) =>
            this with { Unmeasured = Unmeasured.Remove(c.Round), Evaluations = Evaluations.Add(c.Round, c.Result) },
        RunChange.Paused c when Phase is RunPhase.Queued or RunPhase.Running => this with { Phase = RunPhase.Paused, Reason = c.Reason },
        RunChange.Resumed when Phase == RunPhase.Paused => this with { Phase = RunPhase.Queued, Reason = "" },
        RunChange.Retried when Phase is RunPhase.Failed or RunPhase.Stopped =>
            this with { Phase = RunPhase.Queued, Reason = "", FailedAttempts = [], ExcusedAttempts = 0, Health = ClientHealth.Fine },
        RunChange.RolledBack c when IsInitialised && !Ended && c.Round <= Round =>
            Closed() with
            {
                Round = c.Round,
                ParametersHash = c.ParametersHash,
                FailedAttempts = [],
                ExcusedAttempts = 0,
                Unmeasured = Unmeasured.Except(Unmeasured.Where(round => round > c.Round)),
                Evaluations = Evaluations.RemoveRange(Evaluations.Keys.Where(round => round > c.Round)),
                Records = Records.RemoveRange(Records.Where(record => record.Value.Round > c.Round).Select(record => record.Key)),
                Homes = Homes.BackTo(c.Round),
                // Those who had a turn after that round would have another one.
                Privacy = Privacy with { Tree = null },
            },
        RunChange.Stopped c when !Ended => Closed() with { Phase = RunPhase.Stopped, Reason = c.Reason },
        RunChange.Failed c when !Ended => Closed() with { Phase = RunPhase.Failed, Reason = c.Reason },
        RunChange.Completed c when Phase == RunPhase.Running => Closed() with { Phase = RunPhase.Completed, Reason = c.Reason },
        _ => throw new InvalidOperationException($"{change} cannot follow a run that is {Phase} after round {Round} with attempt {OpenAttempt} open."),
    };

    /// <summary>Forgets the homes of clients that the run cannot go back to.</summary>
    /// <param name="restorable">Rounds after which it may be set back, the last committed one among them. Of those that are left out once, none is here again.</param>
    public RunState ForgetHomes(IReadOnlyCollection<int> restorable) => this with { Homes = Homes.Within(restorable) };

    /// <summary>Are the parameters after this round measured: every so many rounds, and after the last.</summary>
    public static bool IsEvaluated(JobSpec job, int round) => round % job.Evaluation.Every == 0 || round == job.Federation.Rounds;

    /// <summary>May the open round be committed now? Where a stop rule looks at evaluations, a round must know what came of the evaluations before it: else it would
    /// depend on timing which round is the last.</summary>
    public bool MayCommit(JobSpec job) => !job.Stop.LooksAtEvaluations || Unmeasured.IsEmpty;

    /// <summary>What to do now. Asked after every change.</summary>
    public RunDecision Next(JobSpec job)
    {
        if (Phase != RunPhase.Running) return new(RunStep.Wait);
        if (!IsInitialised) return new(RunStep.Initialise);
        if (StopRules.Reached(job.Stop, Round, Evaluations) is { } reached) return new(RunStep.Complete, Reason: reached);
        if (OpenAttempt > 0) return new(RunStep.Wait);
        if (FailedAttempts.Length - ExcusedAttempts > job.Federation.Retries) return new(RunStep.Fail, Reason: GaveUp());
        if (Round == job.Federation.Rounds) return new(Unmeasured.IsEmpty ? RunStep.Complete : RunStep.Wait);
        if (PrivacyBudget.Spent(job, Privacy) is { } spent) return new(Unmeasured.IsEmpty ? RunStep.Complete : RunStep.Wait, Reason: spent);
        return new(RunStep.OpenRound, Round + 1, FailedAttempts.Length + 1);
    }

    // Where rounds overlap, whoever was asked may still be training, and fail later.
    private IEnumerable<string> Fine(ImmutableArray<string>? recovered) => recovered ?? OpenCohort?.Clients ?? [];

    private bool IsNext(int round, int attempt) => round == Round + 1 && attempt == FailedAttempts.Length + 1;

    private RunState Closed() => this with { OpenAttempt = 0, OpenCohort = null, InFlight = NoTasks };

    private ImmutableSortedDictionary<string, FlightTask> Asking(ImmutableArray<string> clients, FlightTask task) =>
        InFlight.SetItems(clients.Select(client => KeyValuePair.Create(client, task)));

    private string GaveUp() => FailedAttempts.Length == 1
        ? $"Round {Round + 1} failed: {FailedAttempts[^1]}"
        : $"Round {Round + 1} failed {FailedAttempts.Length} times; the last time: {FailedAttempts[^1]}";
}
