using System.Globalization;
using Federated.Core;
using Federated.Engine;
using Federated.Wire.Cluster;
using Federated.Worker.Options;

namespace Federated.Worker.Hosting;

/// <summary>A worker for as long as its process lives: one that lost its cluster is followed by a fresh one that looks for a coordinator again. The
/// engine and the
/// data that it has loaded stay.</summary>
public static class WorkerLoop
{
    /// <summary>Hosts workers, one after the other, until one ends for good or all are told to stop.</summary>
    /// <param name="options">Of each of them.</param>
    /// <param name="engine">Opens runs.</param>
    /// <param name="attached">Told whenever a fresh worker is attached for the first time.</param>
    /// <param name="tell">Takes a sentence for people whenever a worker is to be replaced, and one about the policy when a worker with one has started.</param>
    /// <param name="stop">Finishes the accepted tasks, leaves the cluster and ends.</param>
    /// <returns><see cref="ExitCodes.Success"/> when told to stop, else why the last worker ended: any code but
    /// <see cref="ExitCodes.NodeDowned"/>.</returns>
    /// <exception cref="NodeOptionsException">Options break rules, or the host is no address of this machine.</exception>
    /// <exception cref="PortInUseException">The cluster port is taken at the first start.</exception>
    /// <exception cref="Governance.Records.RecordBrokenException">The audit log or the ledger in the state folder was changed.</exception>
    public static Task<int> RunAsync(WorkerOptions options, IEngine engine, Func<Task> attached, Func<string, Task> tell, CancellationToken stop) =>
        RunAsync(options, new WorkerTimings(), engine, attached, tell, stop);

    internal static async Task<int> RunAsync(
        WorkerOptions options, WorkerTimings timings, IEngine engine, Func<Task> attached, Func<string, Task> tell, CancellationToken stop)
    {
        var delays = RestartDelays.None;
        for (var isFirst = true; ; isFirst = false)
        {
            var (reason, healthy) = ("This worker has lost its cluster", TimeSpan.Zero);
            try
            {
                await using var worker = await WorkerHost.StartAsync(options, engine, timings, stop);
                if (worker.PolicySentence is { } sentence) await tell(sentence);
                using var drain = stop.Register(() => worker.DrainAsync());
                await Task.WhenAny(worker.Attached, worker.Completion);
                var started = TimeProvider.System.GetTimestamp();
                var isAttached = worker.Attached.IsCompletedSuccessfully;
                if (isAttached) await attached();
                var code = await worker.Completion;
                if (stop.IsCancellationRequested) return ExitCodes.Success;
                if (code != ExitCodes.NodeDowned) return code;
                if (isAttached) healthy = TimeProvider.System.GetElapsedTime(started);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return ExitCodes.Success;
            }
            catch (PortInUseException e) when (!isFirst)
            {
                // The port was this node's own a moment ago: whoever took it in between may give it back.
                reason = e.Message.TrimEnd('.');
            }
            (var delay, delays) = delays.After(healthy);
            await tell(string.Create(CultureInfo.InvariantCulture, $"{reason}; it starts anew in {delay.TotalSeconds} s."));
            await Task.Delay(delay, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
