using Federated.Cli.Terminal;
using Federated.Core;
using Federated.V1;

namespace Federated.Cli.Watching;

/// <summary>Follows a run's events to the end: the board learns them, a sink gets every complete round once, a view shows them.</summary>
internal sealed class RunWatch(int evaluateEvery)
{
    private readonly RoundQueue _queue = new(evaluateEvery);

    // Changed by whoever reads the events, one after the other, and looked at by whoever draws meanwhile.
    private volatile RunBoard _board = RunBoard.Empty;

    /// <summary>The run so far. May be asked from any thread.</summary>
    public RunBoard Board => _board;

    /// <summary>The first round that is not complete: events from there on are all that is still needed.</summary>
    public uint NextRound => _queue.Next;

    /// <summary>Shows a sentence that is not of the run, until its next event. Only while an event is waited for.</summary>
    public void Say(string sentence) => _board = _board.Say(sentence);

    /// <summary>Follows the run until it has ended.</summary>
    /// <param name="events">From the beginning of the run; what came before may come again.</param>
    /// <param name="view">Who is shown them.</param>
    /// <param name="keepRounds">Keeps complete rounds, before the view has them.</param>
    /// <exception cref="CommandException">The events ended before the run did.</exception>
    public async Task FollowAsync(IAsyncEnumerable<RunEvent> events, IRunView view, Func<IReadOnlyList<RoundReport>, Task> keepRounds)
    {
        await view.ShowAsync(UpdatesAsync(events, keepRounds), () => _board);
        if (!Board.HasEnded) throw new CommandException(ExitCodes.CoordinatorUnreachable, "The coordinator ended the stream of events before the run had ended.");
    }

    private async IAsyncEnumerable<RunUpdate> UpdatesAsync(IAsyncEnumerable<RunEvent> events, Func<IReadOnlyList<RoundReport>, Task> keepRounds)
    {
        await foreach (var next in events)
        {
            _board = _board.Apply(next);
            IReadOnlyList<RoundReport> completed = next.EventCase == RunEvent.EventOneofCase.Round ? _queue.Add(next.Round, Board.Summary.Rounds) : [];
            if (completed.Count > 0) await keepRounds(completed);
            yield return new RunUpdate(next, completed);
        }
        var rest = _queue.Finish();
        if (rest.Count > 0) await keepRounds(rest);
        yield return new RunUpdate(null, rest);
    }
}
