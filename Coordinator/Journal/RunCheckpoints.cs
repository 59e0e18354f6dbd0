using System.Collections.Immutable;
using Federated.Coordinator.Storage;
using Federated.Core.Jobs;
using Federated.V1;

namespace Federated.Coordinator.Journal;

/// <summary>Which checkpoints of a run there are, as its journal tells: the latest few, the best one, and those that are being measured or that clients in training started from. Belongs to one actor.</summary>
/// <param name="job">Says what makes a model good.</param>
/// <param name="keep">How many of the latest are kept, at least 1.</param>
internal sealed class RunCheckpoints(JobSpec job, int keep)
{
    private readonly CheckpointKeeping _keeping = new(keep);
    private readonly HashSet<int> _measuring = [];
    private HashSet<int> _inUse = [];

    /// <value>Ascending by round.</value>
    public ImmutableArray<KeptCheckpoint> Kept { get; private set; } = [];

    /// <value>Rounds after which the run may be set back, ascending.</value>
    public IEnumerable<int> Rounds => Kept.Select(kept => kept.Round);

    /// <summary>Takes in an entry of the journal.</summary>
    /// <returns>Files that nobody needs after it.</returns>
    public ImmutableArray<string> Apply(RunEntry entry)
    {
        switch (entry.EventCase)
        {
            case RunEntry.EventOneofCase.DataKnown:
                Kept = [new(0, entry.DataKnown.Checkpoint, null)];
                return [];
            case RunEntry.EventOneofCase.RoundKept:
                var round = (int)entry.RoundKept.Report.Round;
                Kept = Kept.Add(new(round, entry.RoundKept.Checkpoint, null));
                if (entry.RoundKept.Measured) _measuring.Add(round);
                _inUse = [.. entry.RoundKept.VersionsInUse.Select(version => (int)version)];
                return Drop();
            case RunEntry.EventOneofCase.Evaluated:
                _measuring.Remove((int)entry.Evaluated.Round);
                Kept = [.. Kept.Select(kept => kept.Round == entry.Evaluated.Round ? kept with { Score = Score(entry.Evaluated.Metrics) } : kept)];
                return Drop();
            case RunEntry.EventOneofCase.RolledBack:
                // What was found broken is left where it is, for whoever wants to look at it, until the same round is written again.
                _measuring.RemoveWhere(measuring => measuring > entry.RolledBack.Round);
                _inUse.Clear();
                Kept = [.. Kept.Where(kept => kept.Round <= entry.RolledBack.Round)];
                return [];
            default:
                return [];
        }
    }

    private ImmutableArray<string> Drop()
    {
        var drop = _keeping.Unneeded(Kept, _inUse.Count == 0 ? _measuring : _measuring.Union(_inUse).ToHashSet());
        Kept = Kept.RemoveRange(drop);
        return [.. drop.Select(kept => kept.Checkpoint.Name)];
    }

    private double? Score(Metrics? metrics) => metrics is not { Examples: > 0 } ? null
        : MeansHits(metrics) ? (double)metrics.Correct / metrics.Examples
        : -metrics.LossSum / metrics.Examples;

    // Which loss the data has, only workers know. Without a single hit an evaluation ranks below all that have one, for it is then measured by its loss.
    private bool MeansHits(Metrics metrics) => job.Training.Loss == Loss.CrossEntropy || (job.Training.Loss is null && metrics.Correct > 0);
}
