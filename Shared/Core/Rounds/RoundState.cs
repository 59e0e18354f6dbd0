using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Rounds;

/// <summary>Phases of one attempt of a round, in their order; failure may follow each of the first three.</summary>
public enum RoundPhase
{
    /// <summary>The cohort is not drawn yet.</summary>
    Selecting,

    /// <summary>Clients train; updates are taken.</summary>
    Training,

    /// <summary>The mean and the server's step are computed.</summary>
    Aggregating,

    /// <summary>The next parameters are there and wait for their turn.</summary>
    Committing,

    /// <summary>The attempt is given up.</summary>
    Failed,
}

/// <summary>What one attempt of a round knows and decides: plain immutable data. An update is taken in two steps, since adding it to the sum takes time:
/// <see cref="Fold"/> reserves the client's place, <see cref="Accept"/> or <see cref="Fail"/> follows.</summary>
public sealed record RoundState
{
    private static readonly ImmutableSortedDictionary<string, UpdateFacts> NoUpdates = ImmutableSortedDictionary.Create<string, UpdateFacts>(StringComparer.Ordinal);
    private static readonly ImmutableSortedDictionary<string, string> NoFailures = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
    private static readonly ImmutableSortedSet<string> NoClients = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <value>1-based.</value>
    public required int Round { get; init; }

    /// <value>1-based.</value>
    public required int Attempt { get; init; }

    /// <value>Updates below which the attempt fails; 0 for one that closes with whatever comes.</value>
    public required int Minimum { get; init; }

    /// <value>The client without whose update the attempt fails; null where none is needed more than others.</value>
    public string? Required { get; init; }

    /// <value>Where it stands.</value>
    public RoundPhase Phase { get; init; }

    /// <value>Updates with which the round closes; 0 while selecting.</value>
    public int Wanted { get; init; }

    /// <value>How many clients could have been asked; 0 while selecting.</value>
    public int Population { get; init; }

    /// <value>Clients asked; empty while selecting.</value>
    public ImmutableSortedSet<string> Cohort { get; init; } = NoClients;

    /// <value>Counted updates by client, in ordinal order, so that sums over them have one order.</value>
    public ImmutableSortedDictionary<string, UpdateFacts> Accepted { get; init; } = NoUpdates;

    /// <value>Clients whose update is being added to the sum.</value>
    public ImmutableSortedSet<string> Folding { get; init; } = NoClients;

    /// <value>Clients that will not deliver, and why.</value>
    public ImmutableSortedDictionary<string, string> Failures { get; init; } = NoFailures;

    /// <value>True when the deadline has passed.</value>
    public bool Expired { get; init; }

    /// <value>Clients that were asked and have neither delivered nor failed.</value>
    public IEnumerable<string> Missing => Cohort.Where(client => !Accepted.ContainsKey(client) && !Folding.Contains(client) && !Failures.ContainsKey(client));

    /// <value>Clients that failed: by themselves, or by the deadline. Those that were merely slower than the wanted number of others did not.</value>
    public IEnumerable<string> Failed => Expired ? Failures.Keys.Concat(Missing) : Failures.Keys;

    /// <summary>Selecting to Training.</summary>
    /// <exception cref="InvalidOperationException">Not selecting.</exception>
    public RoundState Select(Cohort cohort) =>
        Require(RoundPhase.Selecting) with { Phase = RoundPhase.Training, Wanted = cohort.Wanted, Population = cohort.Of, Cohort = [.. cohort.Clients] };

    /// <summary>May this update be taken? Null when it may.</summary>
    public OfferRefusal? Check(long round, long attempt, string client, ulong examples) =>
        round != Round ? OfferRefusal.WrongRound
        : attempt != Attempt ? OfferRefusal.WrongAttempt
        : !Cohort.Contains(client) ? OfferRefusal.NotInCohort
        : Accepted.ContainsKey(client) || Folding.Contains(client) ? OfferRefusal.Duplicate
        : Phase != RoundPhase.Training || Expired ? OfferRefusal.Closed
        : examples == 0 ? OfferRefusal.NoExamples : null;

    /// <summary>Reserves the place of a client whose update passed <see cref="Check"/>. A client that had failed before is welcome after all.</summary>
    /// <exception cref="InvalidOperationException">Not training, or the client has no place to take.</exception>
    public RoundState Fold(string client) =>
        Cohort.Contains(client) && !Accepted.ContainsKey(client) && !Folding.Contains(client)
            ? Require(RoundPhase.Training) with { Folding = Folding.Add(client), Failures = Failures.Remove(client) }
            : throw new InvalidOperationException($"Client '{client}' has no open place in round {Round}.");

    /// <summary>The client's update is in the sum.</summary>
    /// <exception cref="InvalidOperationException">The client was not folding.</exception>
    public RoundState Accept(string client, UpdateFacts facts) =>
        Folding.Contains(client)
            ? this with { Folding = Folding.Remove(client), Accepted = Accepted.Add(client, facts) }
            : throw new InvalidOperationException($"The update of client '{client}' was not being counted.");

    /// <summary>The client will not deliver. Ignored for clients outside the cohort and for those whose update is counted or is being counted, unless
    /// <paramref name="folding"/> says that it is this very update which could not be counted.</summary>
    public RoundState Fail(string client, string reason, bool folding = false) =>
        !Cohort.Contains(client) || Accepted.ContainsKey(client) || (Folding.Contains(client) && !folding)
            ? this
            : this with { Folding = Folding.Remove(client), Failures = Failures.SetItem(client, reason) };

    /// <summary>The deadline has passed: nothing more is taken, what is being counted still counts.</summary>
    public RoundState Expire() => this with { Expired = true };

    /// <summary>Moves on, or fails.</summary>
    public RoundState Enter(RoundPhase phase) => this with { Phase = phase };

    /// <summary>What to do now. Asked after every change while training.</summary>
    public RoundDecision Decide()
    {
        if (Phase != RoundPhase.Training) return new(RoundVerdict.Continue, "");
        var complete = Required is null || Accepted.ContainsKey(Required);
        if (Accepted.Count >= Math.Max(Wanted, Minimum) && complete) return new(RoundVerdict.Close, "");
        if (Folding.Count > 0) return new(RoundVerdict.Continue, "");
        if (Required is not null && Failures.TryGetValue(Required, out var failure)) return new(RoundVerdict.Fail, $"client '{Required}', whose update every round needs, failed: {failure}");
        if (Expired && !complete) return new(RoundVerdict.Fail, $"the update of client '{Required}', which every round needs, had not arrived at the deadline{LastFailure()}");
        if (Expired)
            return Accepted.Count >= Minimum
                ? new(RoundVerdict.Close, "")
                : new(RoundVerdict.Fail, $"{Accepted.Count} of at least {Minimum} updates had arrived at the deadline{LastFailure()}");
        if (Cohort.Count - Failures.Count < Minimum)
            return new(RoundVerdict.Fail, $"{Failures.Count} of {Cohort.Count} clients failed and at least {Minimum} updates are needed{LastFailure()}");
        return Accepted.Count + Failures.Count == Cohort.Count ? new(RoundVerdict.Close, "") : new(RoundVerdict.Continue, "");
    }

    private string LastFailure() => Failures.IsEmpty ? "." : $"; client '{Failures.Keys.First()}': {Failures.Values.First()}";

    private RoundState Require(RoundPhase phase) =>
        Phase == phase ? this : throw new InvalidOperationException($"Round {Round} is {Phase}, not {phase}.");
}
