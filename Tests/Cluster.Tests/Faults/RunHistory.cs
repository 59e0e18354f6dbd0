using System.Collections.Immutable;
using System.Globalization;
using Federated.V1;

namespace Federated.Cluster.Tests.Faults;

/// <summary>What was seen of a run, from whichever coordinators told it. Immutable.</summary>
internal sealed record RunHistory
{
    /// <summary>Nothing yet.</summary>
    public static RunHistory Empty { get; } = new();

    /// <value>The last report of each committed round.</value>
    public ImmutableSortedDictionary<uint, RoundReport> Rounds { get; private init; } = ImmutableSortedDictionary<uint, RoundReport>.Empty;

    /// <value>Sentences about rounds that were committed again with other parameters, which must never be.</value>
    public ImmutableArray<string> Conflicts { get; private init; } = [];

    /// <value>Sentences for people, in the order in which they came.</value>
    public ImmutableArray<string> Notices { get; private init; } = [];

    /// <value>Every status that differed from the one before it.</value>
    public ImmutableArray<RunStatus> Statuses { get; private init; } = [];

    /// <value>Every place that differed from the one before it. A coordinator that takes over may go back.</value>
    public ImmutableArray<RunPlace> Places { get; private init; } = [];

    /// <value>Streams that broke, and why.</value>
    public ImmutableArray<string> Interruptions { get; private init; } = [];

    /// <value>The last summary; null before the first.</value>
    public RunSummary? Summary { get; private init; }

    /// <value>The last progress; null before the first.</value>
    public RoundProgress? Progress { get; private init; }

    /// <summary>Whether nothing more will come.</summary>
    public bool HasEnded => Summary?.Status is RunStatus.Completed or RunStatus.Stopped or RunStatus.Failed;

    /// <summary>The last committed round; 0 before the first.</summary>
    public uint LastRound => Rounds.IsEmpty ? 0 : Rounds.Keys.Last();

    /// <summary>SHA-256 of the parameters of each round, in order.</summary>
    public IEnumerable<string> Hashes => Rounds.Values.Select(round => round.ParametersSha256);

    /// <summary>The history and one more event.</summary>
    public RunHistory With(RunEvent next)
    {
        var history = this with
        {
            Summary = next.Summary,
            Statuses = !Statuses.IsEmpty && Statuses[^1] == next.Summary.Status ? Statuses : Statuses.Add(next.Summary.Status),
        };
        return next.EventCase switch
        {
            RunEvent.EventOneofCase.Round => history.WithRound(next.Round),
            RunEvent.EventOneofCase.Progress => (history with { Progress = next.Progress }).WithPlace(RunPlace.Of(next.Progress)),
            RunEvent.EventOneofCase.Notice => history with { Notices = Notices.Add(next.Notice) },
            _ => history,
        };
    }

    /// <summary>The history and a stream that broke.</summary>
    public RunHistory WithInterruption(string reason) => this with { Interruptions = Interruptions.Add(reason) };

    /// <summary>The first place that was seen at or after a place; null when there is none yet.</summary>
    public RunPlace? FirstFrom(RunPlace place) => Places.Cast<RunPlace?>().FirstOrDefault(seen => seen!.Value.CompareTo(place) >= 0);

    /// <summary>For a test's message.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"""
        run {Summary?.Run} is {Summary?.Status} {Summary?.Reason}
          rounds:        {string.Join(", ", Rounds.Values.Select(round => $"{round.Round} {round.ParametersSha256}"))}
          conflicts:     {string.Join("; ", Conflicts)}
          places:        {string.Join(", ", Places)}
          statuses:      {string.Join(", ", Statuses)}
          notices:       {string.Join("; ", Notices)}
          interruptions: {string.Join("; ", Interruptions)}
        """);

    private RunHistory WithRound(RoundReport report)
    {
        var history = this with { Rounds = Rounds.SetItem(report.Round, report) };
        if (Rounds.TryGetValue(report.Round, out var before) && before.ParametersSha256 != report.ParametersSha256)
        {
            var conflict = $"Round {report.Round} was committed as {before.ParametersSha256} and as {report.ParametersSha256}.";
            history = history with { Conflicts = Conflicts.Add(conflict) };
        }
        return history.WithPlace(new((int)report.Round, report.Attempts == 0 ? 1 : (int)report.Attempts, RunPlace.Committed));
    }

    private RunHistory WithPlace(RunPlace place) => !Places.IsEmpty && Places[^1] == place ? this : this with { Places = Places.Add(place) };
}

/// <summary>Where a run is. Places are ordered by round and phase; the attempt does not count.</summary>
/// <param name="Round">The round; 0 while the run is made ready.</param>
/// <param name="Attempt">The attempt, 1 for the first.</param>
/// <param name="Phase">As progress names it, or <see cref="Committed"/>.</param>
internal readonly record struct RunPlace(int Round, int Attempt, string Phase) : IComparable<RunPlace>
{
    /// <summary>The phase of a round whose report has come.</summary>
    public const string Committed = "committed";

    /// <summary>The phases of a round in their order.</summary>
    public static ImmutableArray<string> Phases { get; } =
        ["initialising", "selecting", "training", "aggregating", "committing", Committed, "evaluating"];

    /// <summary>Where a progress event is.</summary>
    public static RunPlace Of(RoundProgress progress) => new((int)progress.Round, (int)progress.Attempt, progress.Phase);

    public int CompareTo(RunPlace other) => (Round, IndexOf(Phase)).CompareTo((other.Round, IndexOf(other.Phase)));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Round}.{Attempt} {Phase}");

    private static int IndexOf(string phase) =>
        Phases.IndexOf(phase) is >= 0 and var index
            ? index
            : throw new ArgumentException($"'{phase}' is no phase of a round: one of {string.Join(", ", Phases)}.", nameof(phase));
}
