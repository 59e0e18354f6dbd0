using System.Collections.Immutable;
using Federated.V1;

namespace Federated.Cli.Watching;

/// <summary>What is known of a run from its events so far: immutable, so that it can be drawn while the next event comes in. Messages in it are not
/// changed.</summary>
internal sealed record RunBoard
{
    /// <summary>Before the first event.</summary>
    public static readonly RunBoard Empty = new();

    private const int RoundsOfPace = 10;

    private RunBoard()
    {
    }

    /// <summary>As of the last event.</summary>
    public RunSummary Summary { get; private init; } = new();

    /// <summary>Committed rounds by number, each as it was told last.</summary>
    public ImmutableSortedDictionary<uint, RoundReport> Rounds { get; private init; } = ImmutableSortedDictionary<uint, RoundReport>.Empty;

    /// <summary>What the open round is doing; null between rounds.</summary>
    public RoundProgress? Progress { get; private init; }

    /// <summary>The last sentence for people; null once a round was committed after it.</summary>
    public string? Notice => Said ?? Told;

    /// <summary>The run's clock goes on.</summary>
    public bool IsAtWork => Summary.Status == RunStatus.Running && Summary.WallSeconds > 0;

    /// <summary>Nothing more will happen.</summary>
    public bool HasEnded => Summary.Status is RunStatus.Completed or RunStatus.Stopped or RunStatus.Failed;

    /// <summary>The round of the final parameters; null while nothing was committed.</summary>
    public RoundReport? LastRound => Rounds.GetValueOrDefault(Summary.Round);

    /// <summary>Time until the last round at the pace of the latest rounds; null while there is no pace.</summary>
    public TimeSpan? Remaining
    {
        get
        {
            if (Rounds.IsEmpty || HasEnded || Summary.Status == RunStatus.Paused || Summary.Rounds <= Summary.Round) return null;
            var pace = Rounds.Values.Skip(Math.Max(0, Rounds.Count - RoundsOfPace)).Average(round => round.WallSeconds);
            var seconds = pace * (Summary.Rounds - Summary.Round);
            return seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
        }
    }

    private string? Told { get; init; }

    private string? Said { get; init; }

    /// <summary>The board after one more event.</summary>
    public RunBoard Apply(RunEvent next)
    {
        var board = this with { Summary = next.Summary ?? Summary, Said = null };
        board = next.EventCase switch
        {
            RunEvent.EventOneofCase.Round => board with
            {
                Rounds = Rounds.SetItem(next.Round.Round, next.Round),
                Progress = Progress?.Round == next.Round.Round ? null : Progress,
                Told = null,
            },
            RunEvent.EventOneofCase.Progress => board with { Progress = next.Progress },
            RunEvent.EventOneofCase.Notice => board with { Told = next.Notice },
            _ => board,
        };
        // The open round of a paused run is put back.
        return board.Summary.Status == RunStatus.Paused ? board with { Progress = null } : board;
    }

    /// <summary>The board with a sentence that is not of the run, until its next event.</summary>
    public RunBoard Say(string sentence) => this with { Said = sentence };
}
