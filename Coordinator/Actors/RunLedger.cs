using System.Collections.Immutable;
using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Core.Rounds;
using Federated.V1;
using Federated.Wire.Mapping;

namespace Federated.Coordinator.Actors;

/// <summary>What people may know of a run: its reports, its accounts and its summary. Belongs to one actor. Messages that were given out are not changed.</summary>
internal sealed class RunLedger(string run, JobSpec job, TimeProvider time)
{
    private readonly long _submitted = time.GetUtcNow().ToUnixTimeMilliseconds();
    private readonly List<RoundReport> _rounds = [];
    private long? _started;
    private double? _wallSeconds;
    private long _roundStarted;
    private ulong _bytesDown, _bytesUp, _roundBytesDown, _roundBytesUp;

    /// <value>Reports in order of rounds.</value>
    public IReadOnlyList<RoundReport> Rounds => _rounds;

    public void Start() => _started = time.GetTimestamp();

    public void End() => _wallSeconds = WallSeconds();

    /// <summary>The first attempt of a round begins.</summary>
    public void OpenRound() => _roundStarted = time.GetTimestamp();

    public void Move(BytesMoved moved)
    {
        var (down, up) = ((ulong)Math.Max(0, moved.Down), (ulong)Math.Max(0, moved.Up));
        (_bytesDown, _bytesUp) = (_bytesDown + down, _bytesUp + up);
        (_roundBytesDown, _roundBytesUp) = (_roundBytesDown + down, _roundBytesUp + up);
    }

    /// <summary>Reports a round that is being committed. Bytes that moved since the last commit are this round's.</summary>
    public RoundReport Commit(RoundReady ready, ImmutableArray<string> failedAttempts)
    {
        var updates = ready.Round.Accepted.Values.ToArray();
        var validations = updates.Where(update => update.Validation is { Examples: > 0 }).Select(update => update.Validation!.Value).ToArray();
        var report = new RoundReport
        {
            Round = (uint)ready.Round.Round,
            Attempts = (uint)ready.Round.Attempt,
            Cohort = (uint)ready.Round.Cohort.Count,
            Updates = (uint)updates.Length,
            Examples = (ulong)updates.Sum(update => update.Examples),
            Training = Sum(updates.Select(update => update.Training)).ToProto(),
            Validation = validations.Length == 0 ? null : Sum(validations).ToProto(),
            WallSeconds = time.GetElapsedTime(_roundStarted).TotalSeconds,
            TrainSeconds = updates.Sum(update => update.ComputeSeconds),
            BytesDown = _roundBytesDown,
            BytesUp = _roundBytesUp,
            ParametersSha256 = ready.Server.Parameters.Hash,
            Problems = { ready.Problems },
            FailedAttempts = { failedAttempts },
        };
        (_roundBytesDown, _roundBytesUp) = (0, 0);
        _rounds.Add(report);
        return report;
    }

    /// <summary>Fills in an evaluation; null when the round has no report.</summary>
    public RoundReport? Evaluate(int round, MetricSums sums)
    {
        var index = _rounds.FindIndex(report => report.Round == round);
        if (index < 0) return null;
        var report = _rounds[index].Clone();
        report.Evaluation = sums.ToProto();
        return _rounds[index] = report;
    }

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
                _ => RunStatus.Failed,
            },
            Reason = state.Reason,
            Round = (uint)state.Round,
            Rounds = (uint)job.Federation.Rounds,
            SubmittedUnixMs = _submitted,
            WallSeconds = _wallSeconds ?? WallSeconds(),
            TrainSeconds = _rounds.Sum(report => report.TrainSeconds),
            BytesDown = _bytesDown,
            BytesUp = _bytesUp,
            Clients = (uint)(job.Data.Placement == Placement.Local ? roster.Clients.Count : state.Clients.Length),
            Workers = (uint)roster.Workers,
        };
        if (state.Evaluations.Values.LastOrDefault(sums => sums is { Examples: > 0 }) is { } last) (summary.Accuracy, summary.Loss) = (last.Accuracy, last.Loss);
        return summary;
    }

    private double WallSeconds() => _started is { } started ? time.GetElapsedTime(started).TotalSeconds : 0;

    private static MetricSums Sum(IEnumerable<MetricSums> sums) => sums.Aggregate(default(MetricSums), (sum, next) => sum + next);
}
