using Federated.V1;

namespace Federated.Cli.Watching;

/// <summary>What is known of a run from its events so far. Belongs to one reader of events.</summary>
internal sealed class RunBoard
{
    private const int RoundsOfPace = 10;
    private readonly SortedDictionary<uint, RoundReport> _rounds = [];
    private string? _notice;
    private string? _said;

    /// <summary>As of the last event.</summary>
    public RunSummary Summary { get; private set; } = new();

    /// <summary>Committed rounds, in order, each as it was told last.</summary>
    public IReadOnlyCollection<RoundReport> Rounds => _rounds.Values;

    /// <summary>What the open round is doing; null between rounds.</summary>
    public RoundProgress? Progress { get; private set; }

    /// <summary>The last sentence for people; null once a round was committed after it.</summary>
    public string? Notice => _said ?? _notice;

    /// <summary>The run's clock goes on.</summary>
    public bool IsAtWork => Summary.Status == RunStatus.Running && Summary.WallSeconds > 0;

    /// <summary>Nothing more will happen.</summary>
    public bool HasEnded => Summary.Status is RunStatus.Completed or RunStatus.Stopped or RunStatus.Failed;

    /// <summary>The round of the final parameters; null while nothing was committed.</summary>
    public RoundReport? LastRound => _rounds.Count > 0 && _rounds.TryGetValue(Summary.Round, out var last) ? last : null;

    /// <summary>Time until the last round at the pace of the latest rounds; null while there is no pace.</summary>
    public TimeSpan? Remaining
    {
        get
        {
            if (_rounds.Count == 0 || HasEnded || Summary.Status == RunStatus.Paused || Summary.Rounds <= Summary.Round) return null;
            var pace = _rounds.Values.Skip(Math.Max(0, _rounds.Count - RoundsOfPace)).Average(round => round.WallSeconds);
            var seconds = pace * (Summary.Rounds - Summary.Round);
            return seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
        }
    }

    /// <summary>Takes in one event.</summary>
    public void Apply(RunEvent next)
    {
        if (next.Summary is not null) Summary = next.Summary;
        switch (next.EventCase)
        {
            case RunEvent.EventOneofCase.Round:
                _rounds[next.Round.Round] = next.Round;
                if (Progress?.Round == next.Round.Round) Progress = null;
                _notice = null;
                break;
            case RunEvent.EventOneofCase.Progress:
                Progress = next.Progress;
                break;
            case RunEvent.EventOneofCase.Notice:
                _notice = next.Notice;
                break;
        }
        // The open round of a paused run is put back.
        if (Summary.Status == RunStatus.Paused) Progress = null;
        _said = null;
    }

    /// <summary>Shows a sentence that is not of the run, until its next event.</summary>
    public void Say(string sentence) => _said = sentence;
}
