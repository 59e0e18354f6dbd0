using System.Collections.Immutable;
using Akka.Actor;
using Federated.Core.Rounds;
using Federated.V1;
using Google.Protobuf;

namespace Federated.Coordinator.Actors;

// What runs and the registry of workers say to each other. These messages stay inside one process.

/// <summary>A task together with what its worker must be told.</summary>
/// <param name="Task">What the board schedules.</param>
/// <param name="Parameters">Null for initialise.</param>
/// <param name="Slices">Evaluate: into how many slices the test set is cut; else 0.</param>
internal sealed record TaskOrder(PlannedTask Task, ParametersRef? Parameters = null, int Slices = 0)
{
    /// <value>Train: the round whose state the client starts from; 0 for none.</value>
    public int StateRound { get; init; }

    /// <value>Train, with secure aggregation: most clients of the masked sum; else 0.</value>
    public int Cohort { get; init; }
}

/// <summary>The run's job, which a worker gets before the run's first task.</summary>
internal sealed record OpenRunWork(string Run, string JobYaml);

/// <summary>Have these done. The sender is told <see cref="TaskAssigned"/> and <see cref="TaskLost"/> about them; results come by the data plane.</summary>
internal sealed record SubmitWork(ImmutableArray<TaskOrder> Orders);

/// <summary>The task's result is in; its slot is free.</summary>
internal sealed record WorkDone(TaskKey Key)
{
    /// <value>True where its worker still has a part to play, which takes no slot: it is told nothing, also where the task had moved to it.</value>
    public bool GoesOn { get; init; }
}

/// <summary>Nobody wants these tasks any more. Those that are done already are ignored.</summary>
internal sealed record WithdrawWork(ImmutableArray<TaskKey> Keys);

/// <summary>A round is durable: workers may drop what they kept for it. Workers that open the run later are told then. Announcing a round again does
/// no harm; announcing an earlier one means that the run goes on from there.</summary>
/// <param name="Run">The run.</param>
/// <param name="Round">The round.</param>
/// <param name="Attempt">The attempt that made it; 0 when not known.</param>
internal sealed record AnnounceCommit(string Run, int Round, int Attempt = 0)
{
    /// <value>Where rounds overlap: results of train tasks of this round and later ones may still be wanted; 0: those after <see cref="Round"/>.</value>
    public int WantedFrom { get; init; }

    /// <value>Rounds after which the run may be set back, ascending.</value>
    public ImmutableArray<int> Restorable { get; init; } = [];

    /// <value>Train tasks that are not wanted any more although their round is, whether they are done or not.</value>
    public ImmutableArray<TaskKey> Settled { get; init; } = [];
}

/// <summary>Whoever wanted the run's tasks wants to know nothing of them for now: they leave the board, their owners are forgotten, and workers are
/// told nothing, so that they go on and keep their results. Tasks that are submitted again go to the worker that has them.</summary>
internal sealed record SuspendRunWork(string Run);

/// <summary>The run is at rest, and its tasks are withdrawn.</summary>
/// <param name="Run">The run.</param>
/// <param name="MayGoOn">True when it may go on one day: workers keep what clients keep between rounds.</param>
internal sealed record CloseRunWork(string Run, bool MayGoOn);

/// <summary>To the one who submitted the task, before the worker is told: it has the task.</summary>
/// <param name="Key">The task.</param>
/// <param name="Worker">Its name.</param>
/// <param name="Ticket">What its outcome must show.</param>
internal sealed record TaskAssigned(TaskKey Key, string Worker, ByteString Ticket);

/// <summary>To the one who submitted the task: nobody can do it, for the client's worker is gone. <paramref name="Worker"/> is "" when it never had one.</summary>
internal sealed record TaskLost(TaskKey Key, string Worker);

/// <summary>From now on the sender gets a <see cref="Roster"/>: the present one, then every change.</summary>
internal sealed record SubscribeRoster
{
    public static readonly SubscribeRoster Instance = new();
}

/// <summary>No more <see cref="Roster"/> for the sender.</summary>
internal sealed record UnsubscribeRoster
{
    public static readonly UnsubscribeRoster Instance = new();
}

/// <summary>Who is there and can be given work.</summary>
/// <param name="Workers">Workers that take tasks now.</param>
/// <param name="Slots">Their slots.</param>
/// <param name="Clients">Clients that they announced.</param>
internal sealed record Roster(int Workers, int Slots, ImmutableSortedSet<string> Clients)
{
    /// <summary>What is known before the registry has said anything.</summary>
    public static readonly Roster Unknown = new(0, 0, ImmutableSortedSet.Create<string>(StringComparer.Ordinal));

    /// <value>Their names.</value>
    public ImmutableSortedSet<string> Names { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Nobody is there.</summary>
    public static readonly Roster Nobody = new(0, 0, ImmutableSortedSet.Create<string>(StringComparer.Ordinal));

    /// <value>What the workers of clients say of themselves, by client; only of those that say something.</value>
    public ImmutableDictionary<string, IReadOnlyDictionary<string, string>> Labels { get; init; } = ImmutableDictionary<string, IReadOnlyDictionary<string, string>>.Empty;

    /// <summary>Whether there is nothing new in it.</summary>
    public bool SaysTheSameAs(Roster other) => Names.SetEquals(other.Names) && Slots == other.Slots && Clients.SetEquals(other.Clients) && Labels.Count == other.Labels.Count
        && Labels.All(client => other.Labels.TryGetValue(client.Key, out var labels) && client.Value.Count == labels.Count && !client.Value.Except(labels).Any());

    /// <summary>A label of the worker of a client; "" without it.</summary>
    public string Label(string client, string name) => Labels.TryGetValue(client, out var labels) && labels.TryGetValue(name, out var value) ? value : "";
}

/// <summary>To a worker's session: have the worker do this.</summary>
/// <param name="Task">What.</param>
/// <param name="JobYaml">The run's job, for a worker that does not have it.</param>
/// <param name="Committed">The run's last durable round, for the same; null before the first.</param>
internal sealed record PlaceTask(AssignTask Task, string JobYaml, RoundCommitted? Committed = null);

/// <summary>To the registry: the session's worker takes no more tasks.</summary>
internal sealed record WorkerDraining(string Worker, string Session);

/// <summary>To the registry: the session has ended.</summary>
internal sealed record WorkerGone(string Worker, string Session);

/// <summary>To the registry: failure detection lost sight of a node.</summary>
internal sealed record NodeUnreachable(Address Node);

/// <summary>To the registry: an unreachable node answers again.</summary>
internal sealed record NodeReachable(Address Node);
