using System.Globalization;
using Federated.Coordinator.Options;
using Federated.Core;
using Federated.Wire.Cluster;

namespace Federated.Coordinator.Hosting;

/// <summary>A coordinator node for as long as its process lives: one that is no longer part of its cluster is followed by a fresh one that joins
/// again.</summary>
public static class CoordinatorLoop
{
    /// <summary>Hosts nodes, one after the other, until told to stop.</summary>
    /// <param name="options">Of each of them.</param>
    /// <param name="ready">Told of each node that is a member of its cluster.</param>
    /// <param name="tell">Takes a sentence for people whenever a node is to be replaced.</param>
    /// <param name="stop">Leaves the cluster and ends.</param>
    /// <returns><see cref="ExitCodes.Success"/>, when it was told to stop.</returns>
    /// <exception cref="NodeOptionsException">The options break their rules.</exception>
    /// <exception cref="PortInUseException">One of the two ports is taken at the first start.</exception>
    /// <exception cref="JournalDamagedException">What is in the journal cannot be understood.</exception>
    public static async Task<int> RunAsync(
        CoordinatorOptions options, Func<CoordinatorHost, Task> ready, Func<string, Task> tell, CancellationToken stop)
    {
        var delays = RestartDelays.None;
        for (var isFirst = true; ; isFirst = false)
        {
            var (reason, healthy) = ("The cluster removed this coordinator", TimeSpan.Zero);
            try
            {
                await using var host = await CoordinatorHost.StartAsync(options, stop);
                await ready(host);
                var started = TimeProvider.System.GetTimestamp();
                await Task.WhenAny(host.Completion, Task.Delay(Timeout.InfiniteTimeSpan, stop));
                healthy = TimeProvider.System.GetElapsedTime(started);
                if (host.EndReason.Length > 0) reason = host.EndReason.TrimEnd('.');
                if (host.Completion.IsCompletedSuccessfully && await host.Completion == HostEnd.JournalDamaged) throw new JournalDamagedException(host.EndReason);
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
            if (stop.IsCancellationRequested) return ExitCodes.Success;
            (var delay, delays) = delays.After(healthy);
            await tell(string.Create(CultureInfo.InvariantCulture, $"{reason}; it starts anew in {delay.TotalSeconds} s."));
            await Task.Delay(delay, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
