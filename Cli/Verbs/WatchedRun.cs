using Federated.Cli.Client;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Cli.Watching;
using Federated.Core;
using Federated.V1;

namespace Federated.Cli.Verbs;

/// <summary>Watches a run of a coordinator. An interrupt ends the watching, never the run.</summary>
/// <param name="client">Asks the coordinator.</param>
/// <param name="environment">Where it is shown.</param>
/// <param name="json">A line of JSON a round, then one of the run, instead of text.</param>
internal sealed class WatchedRun(RunsClient client, CommandEnvironment environment, bool json)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <returns>The exit code that says how the run ended.</returns>
    public async Task<int> FollowAsync(string run, int evaluateEvery, CancellationToken interrupt)
    {
        var watch = new RunWatch(evaluateEvery);
        var events = new SteadyWatch(client, new Outage(environment, Patience, tell: sentence => TellAsync(sentence, watch)),
            remedy: $"The run itself goes on when a coordinator is back: `federated watch {run}` shows it again.");
        try
        {
            await watch.FollowAsync(events.FollowAsync(run, () => watch.NextRound, interrupt), View(), KeepAsync);
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            await environment.Error.WriteLineAsync($"The run goes on: `federated watch {run}` shows it again, `federated stop {run}` ends it.");
            return ExitCodes.Interrupted;
        }
        var summary = watch.Board.Summary;
        if (json) await environment.Output.WriteLineAsync(ResultJson.Line(RunRecord.Of(summary)));
        else
        {
            await environment.Output.WriteLineAsync($"{StatusNames.Of(summary.Status)}{(summary.Reason.Length > 0 ? $": {summary.Reason}" : "")}");
            var unusable = (await client.ShowAsync(run, interrupt)).Unusable;
            await environment.Output.WriteAsync(TroubledClient.Text(TroubledClient.Of(unusable, watch.Board.Rounds.Values), $"`federated show {run}` tells of all."));
        }
        return RunExit.Of(summary.Status);
    }

    private bool IsLive => !json && environment.IsLive;

    private IRunView View() =>
        json ? new SilentView() : IsLive ? new LiveView(environment.Screen, environment.Time) : new LineView(environment.Output);

    private Task TellAsync(string sentence, RunWatch watch)
    {
        // A line in between would tear a table that is redrawn in place.
        if (!IsLive) return environment.Error.WriteLineAsync(sentence);
        watch.Say(sentence);
        return Task.CompletedTask;
    }

    private async Task KeepAsync(IReadOnlyList<RoundReport> rounds)
    {
        if (!json) return;
        foreach (var round in rounds) await environment.Output.WriteLineAsync(ResultJson.Line(RoundRecord.Of(round)));
        await environment.Output.FlushAsync();
    }

    private sealed class SilentView : IRunView
    {
        public async Task ShowAsync(IAsyncEnumerable<RunUpdate> updates, Func<RunBoard> board)
        {
            await foreach (var _ in updates) { }
        }
    }
}
