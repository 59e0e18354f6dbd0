using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;

namespace Federated.Core.Rounds;

/// <summary>What a run knows and decides while versions of its model overlap: who trains from which version, what is in the buffer of the next one, who is asked next. Plain immutable data.</summary>
/// <remarks>The buffer of <see cref="Round"/> fills until it is sealed; while it is being made a version, updates go into the buffer of the round after it, and are a version older there. A client is
/// asked again only when its last task is settled: its update is in a committed version, or it failed.</remarks>
public sealed partial record BufferState
{
    private static readonly ImmutableSortedDictionary<string, FlightTask> NoTasks = ImmutableSortedDictionary.Create<string, FlightTask>(StringComparer.Ordinal);
    private static readonly ImmutableSortedSet<string> NoClients = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <value>The job's; its mode is not synchronous.</value>
    public required FederationSpec Spec { get; init; }

    /// <value>The round whose version is not committed yet, 1-based.</value>
    public required int Round { get; init; }

    /// <value>Its attempt, 1-based.</value>
    public required int Attempt { get; init; }

    /// <value>How many clients could have been asked.</value>
    public int Population { get; init; }

    /// <value>True while the buffer of <see cref="Round"/> is being made a version.</value>
    public bool Sealed { get; init; }

    /// <value>Clients that will be asked when that is durable.</value>
    public ImmutableSortedSet<string> Drawn { get; init; } = NoClients;

    /// <value>Clients that train, and their task.</value>
    public ImmutableSortedDictionary<string, FlightTask> Training { get; init; } = NoTasks;

    /// <value>Clients whose update is here and not counted yet.</value>
    public ImmutableSortedDictionary<string, FlightTask> Folding { get; init; } = NoTasks;

    /// <value>Tasks whose update is in a buffer that is no committed version yet.</value>
    public ImmutableSortedDictionary<string, FlightTask> Counted { get; init; } = NoTasks;

    /// <value>The buffer that fills, in ordinal order of clients.</value>
    public ImmutableSortedDictionary<string, UpdateFacts> Accepted { get; init; } = ImmutableSortedDictionary.Create<string, UpdateFacts>(StringComparer.Ordinal);

    /// <value>Clients that did not deliver, and why; they are not asked again before the next version.</value>
    public ImmutableSortedDictionary<string, string> Failures { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <value>semi_synchronous: the clients of the round's own cohort.</value>
    public ImmutableSortedSet<string> Cohort { get; init; } = NoClients;

    /// <value>semi_synchronous: updates of the cohort with which the round closes before its deadline.</value>
    public int Wanted { get; init; }

    /// <value>semi_synchronous: the deadline has passed.</value>
    public bool Expired { get; init; }

    /// <value>The round whose buffer fills.</value>
    public int Target => Sealed ? Round + 1 : Round;

    /// <value>True in the modes without rounds, where whoever delivers is replaced.</value>
    public bool Refills => Spec.Mode != FederationMode.SemiSynchronous;

    /// <value>How many more updates may be counted.</value>
    public int Room => Goal - Accepted.Count;

    /// <value>True while another update may be counted.</value>
    public bool HasRoom => Room > 0;

    /// <value>Tasks that are settled when the buffer is a committed version.</value>
    public ImmutableSortedSet<string> Settled => NoClients.Union(Accepted.Keys).Union(Failures.Keys);

    /// <value>Clients whose last task is not settled.</value>
    public ImmutableHashSet<string> Busy => [.. Training.Keys, .. Folding.Keys, .. Counted.Keys, .. Drawn, .. Failures.Keys];

    private int Goal => Spec.Mode switch { FederationMode.FedAsync => 1, FederationMode.FedBuff => Spec.Asynchronous.Buffer, _ => int.MaxValue };

    private int Minimum => Spec.Cohort.Minimum;

    /// <summary>Is an update too old for a round?</summary>
    public static bool IsTooStale(FederationSpec spec, FlightTask task, int round) => task.Staleness(round) > spec.Asynchronous.MaxStaleness;

    /// <summary>May this update be taken? Null when it may.</summary>
    public OfferRefusal? Check(long round, long attempt, string client, ulong examples)
    {
        if (round > Round || round < 1) return OfferRefusal.WrongRound;
        bool IsIn(ImmutableSortedDictionary<string, FlightTask> tasks) => tasks.TryGetValue(client, out var task) && task.Round == round && task.Attempt == attempt;
        if (IsIn(Folding) || IsIn(Counted)) return OfferRefusal.Duplicate;
        if (Target - round > Spec.Asynchronous.MaxStaleness) return OfferRefusal.TooStale;
        if (!IsIn(Training)) return round == Round && attempt != Attempt ? OfferRefusal.WrongAttempt : round < Round || Failures.ContainsKey(client) ? OfferRefusal.Closed : OfferRefusal.NotInCohort;
        return examples == 0 ? OfferRefusal.NoExamples : null;
    }

    /// <summary>A client that passed <see cref="Check"/> has delivered.</summary>
    /// <exception cref="InvalidOperationException">It does not train.</exception>
    public BufferState Fold(string client) => Training.TryGetValue(client, out var task)
        ? this with { Training = Training.Remove(client), Folding = Folding.Add(client, task) }
        : throw new InvalidOperationException($"Client '{client}' does not train.");

    /// <summary>How old a delivered update is in the buffer that fills, τ.</summary>
    /// <exception cref="KeyNotFoundException">The client has not delivered, or its update is counted.</exception>
    public int Staleness(string client) => Folding[client].Staleness(Target);

    /// <summary>The client's update is in the buffer.</summary>
    /// <param name="client">It has delivered.</param>
    /// <param name="facts">With the staleness that it was counted with.</param>
    /// <exception cref="InvalidOperationException">The client has delivered nothing, or the buffer is full.</exception>
    public BufferState Accept(string client, UpdateFacts facts) => HasRoom && Folding.TryGetValue(client, out var task)
        ? this with { Folding = Folding.Remove(client), Counted = Counted.Add(client, task), Accepted = Accepted.Add(client, facts) }
        : throw new InvalidOperationException($"The update of client '{client}' has no place.");

    /// <summary>The client will not deliver, or what it delivered cannot be counted. Ignored for clients that were not asked, and for those whose update is counted.</summary>
    /// <param name="client">Who.</param>
    /// <param name="reason">Why.</param>
    /// <param name="folding">True where it is the delivered update that cannot be counted.</param>
    public BufferState Fail(string client, string reason, bool folding = false) => Training.ContainsKey(client) || (folding && Folding.ContainsKey(client))
        ? this with { Training = Training.Remove(client), Folding = folding ? Folding.Remove(client) : Folding, Failures = Failures.SetItem(client, reason) }
        : this;

    /// <summary>What the client delivered is too old by now: it is free.</summary>
    public BufferState Drop(string client) => this with { Folding = Folding.Remove(client) };

    /// <summary>The round's deadline has passed: it closes with what is there. Whoever still trains goes on.</summary>
    public BufferState Expire() => this with { Expired = true };

    /// <summary>What to do now. Asked after every change.</summary>
    /// <remarks>In the modes without rounds after <see cref="Draw"/>, so that who is free is drawn.</remarks>
    public RoundDecision Decide()
    {
        if (Sealed || Folding.Count > 0 && HasRoom) return new(RoundVerdict.Continue, "");
        if (Refills) return Accepted.Count >= Goal ? new(RoundVerdict.Close, "") : Training.Count > 0 || Drawn.Count > 0 ? new(RoundVerdict.Continue, "") : Over();
        if (Accepted.Count >= Minimum && Cohort.Count(Accepted.ContainsKey) >= Wanted) return new(RoundVerdict.Close, "");
        if (Expired)
            return Accepted.Count >= Minimum ? new(RoundVerdict.Close, "")
                : new(RoundVerdict.Fail, $"{Accepted.Count} of at least {Minimum} updates had arrived at the deadline{LastFailure()}");
        if (Accepted.Count >= Minimum && !Cohort.Any(Training.ContainsKey)) return new(RoundVerdict.Close, "");
        return Training.Count > 0 ? new(RoundVerdict.Continue, "") : Over();
    }

    /// <summary>The buffer becomes a version; the next one fills.</summary>
    /// <exception cref="InvalidOperationException">Another one is being made, or nothing is in it.</exception>
    public BufferState Seal() => !Sealed && Accepted.Count > 0
        ? this with { Sealed = true, Accepted = Accepted.Clear(), SealedClients = NoClients.Union(Accepted.Keys), Reported = NoClients.Union(Failures.Keys) }
        : throw new InvalidOperationException($"Round {Round} has nothing that could become a version.");

    /// <summary>The version is committed. Whoever trains from one that is too old now is out.</summary>
    /// <exception cref="InvalidOperationException">The buffer is not sealed.</exception>
    public BufferState Commit() => !Sealed ? throw new InvalidOperationException($"Round {Round} is not sealed.") : this with
    {
        Round = Round + 1,
        Attempt = 1,
        Sealed = false,
        Counted = Counted.RemoveRange(SealedClients),
        Failures = Failures.RemoveRange(Reported),
        SealedClients = NoClients,
        Reported = NoClients,
        Cohort = NoClients,
        Drawn = NoClients,
        Wanted = 0,
        Expired = false,
        Training = Training.RemoveRange(Training.Where(task => IsTooStale(Spec, task.Value, Round + 1)).Select(task => task.Key)),
    };

    /// <summary>The round as reports speak of it: its own and late updates, whoever failed, and whom it asked.</summary>
    public RoundState AsRound() => new()
    {
        Round = Round,
        Attempt = Attempt,
        Minimum = Minimum,
        Phase = RoundPhase.Committing,
        Population = Population,
        Cohort = Cohort.Union(Settled),
        Accepted = Accepted,
        Failures = Failures,
    };

    private ImmutableSortedSet<string> SealedClients { get; init; } = NoClients;

    // Failures that belong to the sealed buffer's round.
    private ImmutableSortedSet<string> Reported { get; init; } = NoClients;

    private RoundDecision Over() => Accepted.Count >= Minimum
        ? new(RoundVerdict.Close, "")
        : new(RoundVerdict.Fail, $"{Failures.Count} clients failed, nobody else can be asked, and {Accepted.Count} of at least {Minimum} updates are there{LastFailure()}");

    private string LastFailure() => Failures.IsEmpty ? "." : $"; client '{Failures.Keys.First()}': {Failures.Values.First()}";
}
