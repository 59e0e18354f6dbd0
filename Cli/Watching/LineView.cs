namespace Federated.Cli.Watching;

/// <summary>A line a round and a line a notice, for pipes and files.</summary>
internal sealed class LineView(TextWriter output) : IRunView
{
    // What goes wrong again and again is told once, and a network that is down does not fill the screen.
    private const int MostProblems = 20;

    private readonly HashSet<(string Client, string Reason)> _told = [];

    public async Task ShowAsync(IAsyncEnumerable<RunUpdate> updates, Func<RunBoard> board)
    {
        await foreach (var update in updates)
        {
            if (update.Event is { HasNotice: true } told) await output.WriteLineAsync($"note: {told.Notice}");
            foreach (var round in update.Completed)
            {
                await output.WriteLineAsync(RoundText.Line(round, board().Summary.Rounds));
                foreach (var problem in round.Problems)
                    if (_told.Count < MostProblems && _told.Add((problem.Client, problem.Reason)))
                        await output.WriteLineAsync($"note: round {round.Round} did without client '{problem.Client}'{(problem.Worker.Length > 0 ? $" on {problem.Worker}" : "")}: {problem.Reason}");
            }
            await output.FlushAsync();
        }
    }
}
