namespace Federated.Cli.Watching;

/// <summary>A line a round and a line a notice, for pipes and files.</summary>
internal sealed class LineView(TextWriter output) : IRunView
{
    public async Task ShowAsync(IAsyncEnumerable<RunUpdate> updates, Func<RunBoard> board)
    {
        await foreach (var update in updates)
        {
            if (update.Event is { HasNotice: true } told) await output.WriteLineAsync($"note: {told.Notice}");
            foreach (var round in update.Completed) await output.WriteLineAsync(RoundText.Line(round, board().Summary.Rounds));
            await output.FlushAsync();
        }
    }
}
