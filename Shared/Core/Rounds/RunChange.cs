using System.Collections.Immutable;
using Federated.Core.Metrics;
using Federated.Core.Privacy.Accounting;
using Federated.Core.Rounds.Selection;

namespace Federated.Core.Rounds;

/// <summary>What happened in a run. A run's state is the fold of its changes, so a journal of them is enough to bring it back.</summary>
public abstract record RunChange
{
    private RunChange()
    {
    }

    /// <summary>Its turn came.</summary>
    public sealed record Started : RunChange;

    /// <summary>Initial parameters and data are known.</summary>
    /// <param name="ParametersHash">Of the initial parameters.</param>
    /// <param name="Clients">placement shared: the clients with examples, in the data's order; empty with placement local.</param>
    /// <param name="TestExamples">Size of the central test set, 0 without one.</param>
    public sealed record Initialised(string ParametersHash, ImmutableArray<ClientShare> Clients, long TestExamples) : RunChange
    {
        /// <value>What the run learns; null where the worker did not say.</value>
        public Goal? Goal { get; init; }
    }

    /// <summary>An attempt of the next round asks its clients.</summary>
    /// <param name="Round">Which.</param>
    /// <param name="Attempt">1-based.</param>
    /// <param name="Cohort">Whom it asks, and for how many updates. A coordinator that comes back asks the same ones again.</param>
    public sealed record RoundOpened(int Round, int Attempt, Cohort Cohort) : RunChange;

    /// <summary>The open attempt asks further clients, from the same parameters.</summary>
    /// <param name="Round">Which.</param>
    /// <param name="Attempt">1-based.</param>
    /// <param name="Clients">Whom.</param>
    public sealed record ClientsAsked(int Round, int Attempt, ImmutableArray<string> Clients) : RunChange;

    /// <summary>The round's parameters are the run's.</summary>
    /// <param name="Round">Which.</param>
    /// <param name="ParametersHash">Of the new parameters.</param>
    /// <param name="Measured">True when an evaluation of them was asked for.</param>
    /// <param name="FailedClients">Clients that were asked and failed.</param>
    public sealed record RoundCommitted(int Round, string ParametersHash, bool Measured, ImmutableArray<string> FailedClients) : RunChange
    {
        /// <value>How the clients did whose updates count, by name; empty where nobody will ask.</value>
        public ImmutableArray<KeyValuePair<string, ClientRecord>> Records { get; init; } = [];

        /// <value>Who made the counted updates, by client, where clients keep a state between rounds; else empty.</value>
        public ImmutableSortedDictionary<string, string> Homes { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

        /// <value>Where rounds overlap, clients that had failed when they were last asked and whose updates count now. Null where they do not: then all that were asked and did not fail are fine.</value>
        public ImmutableArray<string>? Recovered { get; init; }

        /// <value>Tasks that go on beyond the round, by client; empty where rounds do not overlap.</value>
        public ImmutableSortedDictionary<string, FlightTask> InFlight { get; init; } = RunState.NoTasks;

        /// <value>What the round gives away with the coordinator's noise; nothing where it adds none.</value>
        public PrivacyLedger Released { get; init; } = PrivacyLedger.Empty;

        /// <value>Numbers of examples that clients of the round have, where a guarantee rests on them and only their workers know them.</value>
        public ImmutableArray<long> Sizes { get; init; } = [];
    }

    /// <summary>The attempt is given up, in the middle or before it had asked anybody.</summary>
    public sealed record RoundFailed(int Round, int Attempt, string Reason, ImmutableArray<string> FailedClients) : RunChange
    {
        /// <value>True where it says nothing of the round or its clients, as when a coordinator was lost that alone knew what masked them: it does not count as one of the tries.</value>
        public bool Excused { get; init; }

        /// <value>As of a committed round: nobody where rounds overlap, and null where they do not.</value>
        public ImmutableArray<string>? Recovered { get; init; }
    }

    /// <summary>The parameters after a round were measured; null when that could not be done.</summary>
    public sealed record Evaluated(int Round, Measurement? Result) : RunChange;

    /// <summary>Somebody halted the run. An open attempt stays open and begins again when the run goes on.</summary>
    public sealed record Paused(string Reason) : RunChange;

    /// <summary>Somebody lets a halted run go on when its turn comes.</summary>
    public sealed record Resumed : RunChange;

    /// <summary>Somebody lets a run that failed or was stopped go on after its last committed round.</summary>
    public sealed record Retried : RunChange;

    /// <summary>Parameters were lost: the run goes on from those of an earlier round.</summary>
    /// <param name="Round">The last round that stays committed.</param>
    /// <param name="ParametersHash">Of its parameters.</param>
    public sealed record RolledBack(int Round, string ParametersHash) : RunChange;

    /// <summary>Somebody ended the run.</summary>
    public sealed record Stopped(string Reason) : RunChange;

    /// <summary>The run cannot go on.</summary>
    public sealed record Failed(string Reason) : RunChange;

    /// <summary>The run has done what was asked.</summary>
    /// <param name="Reason">The stop rule that ended it before its last round, or "".</param>
    public sealed record Completed(string Reason) : RunChange;
}

/// <summary>A client and the size of its partition.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Examples">Training examples; 0 when unknown.</param>
public sealed record ClientShare(string Id, long Examples);
