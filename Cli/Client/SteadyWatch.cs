using System.Runtime.CompilerServices;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.V1;

namespace Federated.Cli.Client;

/// <summary>A run's events over as many connections as it takes. After each loss what has happened comes again from the first round that is not
/// complete.</summary>
/// <param name="client">Asks the coordinator.</param>
/// <param name="outage">How losses are bridged.</param>
/// <param name="remedy">One sentence: what somebody can do when they cannot be bridged.</param>
internal sealed class SteadyWatch(RunsClient client, Outage outage, string remedy)
{
    /// <param name="run">The run's id.</param>
    /// <param name="incomplete">The first round that is not complete yet.</param>
    /// <param name="cancellation">Ends the watching.</param>
    /// <exception cref="CommandException">No coordinator came back in time, or none knows the run.</exception>
    public async IAsyncEnumerable<RunEvent> FollowAsync(string run, Func<uint> incomplete, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reached = 0u;
        while (true)
        {
            CommandException? lost = null;
            var ended = false;
            await using (var events = client.WatchAsync(run, incomplete(), cancellation).GetAsyncEnumerator(cancellation))
            {
                while (true)
                {
                    try
                    {
                        if (!await events.MoveNextAsync()) break;
                    }
                    catch (CommandException e) when (e.ExitCode == ExitCodes.CoordinatorUnreachable)
                    {
                        lost = e;
                        break;
                    }
                    outage.Answered();
                    // What has happened comes again with every connection, and is no news.
                    if (events.Current.Summary.Round > reached || events.Current.EventCase == RunEvent.EventOneofCase.Progress) outage.End();
                    reached = Math.Max(reached, events.Current.Summary.Round);
                    ended = HasEnded(events.Current.Summary);
                    yield return events.Current;
                }
            }
            if (ended) yield break;
            // A run that a defect has ended has nobody who would tell of its end.
            if (lost is null && await EndedAsync(run, cancellation) is { } details)
            {
                var missing = details.Rounds.Where(round => round.Round >= incomplete()).ToList();
                foreach (var round in missing) yield return new RunEvent { Summary = details.Summary, Round = round };
                yield return new RunEvent { Summary = details.Summary };
                yield break;
            }
            if (await outage.WaitAsync(cancellation)) continue;
            var reason = lost?.Message ?? "The coordinator ended the stream of events before the run had ended.";
            throw new CommandException(ExitCodes.CoordinatorUnreachable, reason, remedy, lost);
        }
    }

    private async Task<RunDetails?> EndedAsync(string run, CancellationToken cancellation)
    {
        try
        {
            var details = await client.ShowAsync(run, cancellation);
            return HasEnded(details.Summary) ? details : null;
        }
        catch (CommandException e) when (e.ExitCode == ExitCodes.CoordinatorUnreachable)
        {
            // Lost meanwhile: the next attempt finds out more.
            return null;
        }
    }

    private static bool HasEnded(RunSummary? summary) => summary?.Status is RunStatus.Completed or RunStatus.Stopped or RunStatus.Failed;
}
