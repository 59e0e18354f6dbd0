using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Metrics;
using Federated.Core.Privacy.Differential;
using Federated.Core.Rounds;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Coordinator.Actors;

/// <summary>What people may know of a run: its reports, its accounts and its summary. All but the accounts of the open round follows from the run's journal.
/// Belongs to one actor. Messages that were given out are not changed.</summary>
internal sealed class RunLedger(string run, JobSpec job, TimeProvider time)
{
    private const int MaxIncidents = 100;

    private readonly List<RoundReport> _rounds = [];
    private readonly Queue<string> _incidents = [];
    private IReadOnlyList<ClientProblem> _unusable = [];
    private long _submitted;
    private double _wallSeconds;
    private long? _workingSince;
    private long _roundStarted;
    private double _trainSeconds;
    private ulong _bytesDown, _bytesUp, _roundBytesDown, _roundBytesUp;
    private RoundReport? _measured;
    private readonly PrivacyPlan? _privacy = PrivacyPlan.Of(job);
    private (PrivacyRecord? Of, PrivacyGuarantee? Said) _guarantee;

    /// <value>What happened besides the rounds, a sentence each, the latest hundred.</value>
    public IReadOnlyCollection<string> Incidents => _incidents;

    /// <value>Clients that take no part, for their data cannot be used.</value>
    public IReadOnlyList<ClientProblem> Unusable => _unusable;

    /// <value>Reports in order of rounds.</value>
    public IReadOnlyList<RoundReport> Rounds => _rounds;

    /// <value>Reports in order of rounds; what an evaluation says of single clients only in the latest round that was measured, so that a list of rounds stays
    /// small.</value>
    public IEnumerable<RoundReport> RoundsInBrief => _rounds.Select(report =>
    {
        if (report.Clients.Count == 0 || ReferenceEquals(report, _measured)) return report;
        var brief = report.Clone();
        brief.Clients.Clear();
        return brief;
    });

    /// <value>Time that the run was at work, under this coordinator and others. Measured by a clock that nobody sets.</value>
    public double WallSeconds => _wallSeconds + (_workingSince is { } since ? time.GetElapsedTime(since).TotalSeconds : 0);

    /// <summary>Takes in an entry of the journal: one that was read at start, or one that has just become durable.</summary>
    public void Apply(RunEntry entry)
    {
        _wallSeconds = entry.WallSeconds;
        if (_workingSince is not null) _workingSince = time.GetTimestamp();
        if (Incident(entry) is { } incident) _incidents.Enqueue(incident);
        if (_incidents.Count > MaxIncidents) _incidents.Dequeue();
        switch (entry.EventCase)
        {
            case RunEntry.EventOneofCase.Submitted:
                _submitted = entry.Submitted.UnixMs;
                break;
            case RunEntry.EventOneofCase.DataKnown:
                _unusable = entry.DataKnown.Unusable;
                break;
            case RunEntry.EventOneofCase.RoundKept:
                Add(entry.RoundKept.Report);
                break;
            case RunEntry.EventOneofCase.Evaluated when entry.Evaluated.Metrics is not null:
                Evaluate(entry.Evaluated);
                break;
            case RunEntry.EventOneofCase.RolledBack:
                _rounds.RemoveAll(report => report.Round > entry.RolledBack.Round);
                _trainSeconds = _rounds.Sum(report => report.TrainSeconds);
                _measured = _rounds.FindLast(report => report.Evaluation is { Examples: > 0 });
                break;
        }
    }

    /// <summary>The run is at work from now on.</summary>
    public void StartClock() => _workingSince ??= time.GetTimestamp();

    /// <summary>The run rests.</summary>
    public void StopClock()
    {
        _wallSeconds = WallSeconds;
        _workingSince = null;
    }

    /// <summary>A round begins, or begins again.</summary>
    public void OpenRound() => _roundStarted = time.GetTimestamp();

    public void Move(BytesMoved moved)
    {
        var (down, up) = ((ulong)Math.Max(0, moved.Down), (ulong)Math.Max(0, moved.Up));
        (_roundBytesDown, _roundBytesUp) = (_roundBytesDown + down, _roundBytesUp + up);
    }

    /// <summary>The report of a round that is about to be committed. Bytes that moved since the last commit are this round's.</summary>
    /// <param name="ready">The round.</param>
    /// <param name="state">Before it.</param>
    /// <param name="privacy">What it costs; null without differential privacy. With it what the clients measured on data that is trained on or validated with stays out: the sums are exact.</param>
    public RoundReport Report(RoundReady ready, RunState state, RoundCost? privacy)
    {
        var updates = ready.Round.Accepted.Values.ToArray();
        var sums = ready.Sums ?? RoundSums.Of(updates);
        ImmutableArray<MetricSums> none = [];
        var (validations, personal) = privacy is not null ? (none, none) : (Measured(updates.Select(update => update.Validation)), Measured(updates.Select(update => update.Personal)));
        var ofLoss = state.Goal?.Headline.Contains(Figures.Accuracy) == false;
        return new RoundReport
        {
            Round = (uint)ready.Round.Round,
            Attempts = (uint)ready.Round.Attempt,
            Cohort = (uint)ready.Round.Cohort.Count,
            Updates = (uint)sums.Updates,
            Examples = (ulong)sums.Examples,
            Training = privacy is null ? sums.Training.ToProto() : null,
            Validation = privacy is null ? sums.Validation?.ToProto() : null,
            Privacy = privacy?.Report,
            ValidationSpread = ClientSpread.Of(validations, ofLoss)?.ToProto(),
            Personal = privacy is null ? sums.Personal?.ToProto() : null,
            PersonalSpread = ClientSpread.Of(personal, ofLoss)?.ToProto(),
            WallSeconds = time.GetElapsedTime(_roundStarted).TotalSeconds,
            TrainSeconds = sums.ComputeSeconds,
            BytesDown = _roundBytesDown,
            BytesUp = _roundBytesUp,
            ParametersSha256 = ready.Server.Parameters.Hash,
            Problems = { ready.Problems },
            FailedAttempts = { state.FailedAttempts },
            Masked = ready.Masked,
            Headline = { state.Goal?.Headline ?? [] },
            Staleness = job.Federation.Mode == FederationMode.Synchronous ? null
                : new() { Mean = updates.Average(update => (double)update.Staleness), Largest = (uint)updates.Max(update => update.Staleness) },
        };
    }

    /// <summary>The report of a round; null when it is not committed.</summary>
    public RoundReport? Find(int round) => _rounds.FindLast(report => report.Round == round);

    public RunSummary Summary(RunState state, Roster roster)
    {
        var summary = new RunSummary
        {
            Run = run,
            Name = job.Name,
            Status = state.Phase switch
            {
                RunPhase.Queued => RunStatus.Queued,
                RunPhase.Running => RunStatus.Running,
                RunPhase.Completed => RunStatus.Completed,
                RunPhase.Stopped => RunStatus.Stopped,
                RunPhase.Paused => RunStatus.Paused,
                _ => RunStatus.Failed,
            },
            Reason = state.Reason,
            Round = (uint)state.Round,
            Rounds = (uint)job.Federation.Rounds,
            SubmittedUnixMs = _submitted,
            WallSeconds = WallSeconds,
            TrainSeconds = _trainSeconds,
            BytesDown = _bytesDown + _roundBytesDown,
            BytesUp = _bytesUp + _roundBytesUp,
            Clients = job.Data.Placement == Placement.Shared ? (uint)state.Clients.Length
                : ReferenceEquals(roster, Roster.Unknown) ? _rounds.LastOrDefault()?.Cohort ?? 0
                : (uint)roster.Clients.Count,
            Workers = (uint)roster.Workers,
        };
        if (_privacy is not null && state.IsInitialised) summary.Privacy = Guarantee(_privacy, state);
        if (_measured is not { Evaluation: { } last }) return summary;
        if (_measured.Headline.Count == 0 || _measured.Headline.Contains(Figures.Accuracy)) summary.Accuracy = (double)last.Correct / last.Examples;
        summary.Loss = last.LossSum / last.Examples;
        summary.Figures.AddRange(_measured.Figures.Where(figure => !figure.Name.Contains('/', StringComparison.Ordinal)));
        return summary;
    }

    // Reckoned once for each round, and told with every summary.
    private PrivacyGuarantee Guarantee(PrivacyPlan plan, RunState state)
    {
        if (_guarantee is (var of, { } said) && Equals(of, state.Privacy)) return said;
        var statement = PrivacyStatement.Of(plan, state.Privacy, job.Data.Placement == Placement.Shared ? state.Clients.Length : null);
        var next = new PrivacyGuarantee { Delta = statement.Delta, Sentence = statement.Sentence };
        if (statement.Epsilon is { } epsilon) next.Epsilon = epsilon;
        _guarantee = (state.Privacy, next);
        return next;
    }

    private string? Incident(RunEntry entry)
    {
        var after = _rounds.Count == 0 ? "before its first round" : $"after round {_rounds[^1].Round}";
        return entry.EventCase switch
        {
            RunEntry.EventOneofCase.DataKnown when entry.DataKnown.LeftOut is { Count: > 0 } leftOut => NotStandardised(leftOut),
            RunEntry.EventOneofCase.TakenOver => $"Coordinator {entry.TakenOver.Node} went on with the run {after}.",
            RunEntry.EventOneofCase.Paused => $"Paused {after}.",
            RunEntry.EventOneofCase.Resumed => $"Resumed {after}.",
            RunEntry.EventOneofCase.Retried => $"Tried again {after}.",
            RunEntry.EventOneofCase.RolledBack => $"Went back to round {entry.RolledBack.Round}: {entry.RolledBack.Reason}",
            _ => null,
        };
    }

    /// <summary>Whose data cannot be used, for people.</summary>
    /// <param name="unusable">At least one.</param>
    public static string TakeNoPart(IReadOnlyCollection<ClientProblem> unusable) => Listed("Take no part, for their data cannot be used", unusable);

    private static string NotStandardised(IReadOnlyCollection<ClientProblem> leftOut) => Listed("Not part of the statistics of the data", leftOut);

    private static string Listed(string what, IReadOnlyCollection<ClientProblem> problems)
    {
        const int Shown = 5;
        var first = string.Join("; ", problems.Take(Shown).Select(problem => $"'{problem.Client}': {problem.Reason}"));
        return $"{what}: {first}{(problems.Count > Shown ? $" And {problems.Count - Shown} more." : "")}";
    }

    private void Add(RoundReport report)
    {
        _rounds.Add(report);
        (_bytesDown, _bytesUp) = (_bytesDown + report.BytesDown, _bytesUp + report.BytesUp);
        _trainSeconds += report.TrainSeconds;
        // What moved since the report was written is the next round's.
        (_roundBytesDown, _roundBytesUp) = (_roundBytesDown - Math.Min(_roundBytesDown, report.BytesDown), _roundBytesUp - Math.Min(_roundBytesUp, report.BytesUp));
    }

    private void Evaluate(RunEntry.Types.Evaluated evaluated)
    {
        var index = _rounds.FindLastIndex(report => report.Round == evaluated.Round);
        if (index < 0) return;
        var report = _rounds[index].Clone();
        report.Evaluation = evaluated.Metrics;
        report.Figures.AddRange(evaluated.Figures);
        report.Clients.AddRange(evaluated.Clients);
        report.ClientSpread = ClientSpread.Of(SumsOf(evaluated.Clients), OfLoss(report))?.ToProto();
        var isLatest = evaluated.Metrics.Examples > 0 && evaluated.Round >= (_measured?.Round ?? 0);
        if (isLatest)
        {
            if (_measured is not null) ForgetConfusion(_measured);
            report.Confusion = evaluated.Confusion;
            _measured = report;
        }
        _rounds[index] = report;
    }

    // A matrix of 32 classes has 1024 counts: one is kept.
    private void ForgetConfusion(RoundReport measured)
    {
        var index = _rounds.IndexOf(measured);
        if (index < 0 || measured.Confusion is null) return;
        _rounds[index] = measured.Clone();
        _rounds[index].Confusion = null;
    }

    private static bool OfLoss(RoundReport report) => report.Headline.Count > 0 && !report.Headline.Contains(Figures.Accuracy);

    private static ImmutableArray<MetricSums> Measured(IEnumerable<MetricSums?> sums) => [.. sums.OfType<MetricSums>().Where(measured => measured.Examples > 0)];

    // What cannot be read is in no journal that was read.
    private static ImmutableArray<MetricSums> SumsOf(IEnumerable<ClientEvaluation> clients) =>
        Measured(clients.Select(client => MetricsMapping.Read(client.Metrics, out var sums) is null ? sums : (MetricSums?)null));
}
