using System.Globalization;
using Federated.Cli.Terminal;
using Federated.Coordinator.Hosting;
using Federated.Coordinator.Options;
using Federated.Core;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Worker.Hosting;
using Federated.Worker.Options;

namespace Federated.Cli.Local;

/// <summary>A coordinator and workers as cluster nodes of their own in this process, over loopback on free ports: what a deployment has, without the network.</summary>
internal sealed class LocalCluster : ILocalCluster
{
    // The nodes of one process live and die together: silence only means that the machine is busy or was asleep.
    private static readonly TimeSpan HeartbeatPause = TimeSpan.FromHours(1);

    private readonly CoordinatorHost _coordinator;
    private readonly IReadOnlyList<WorkerHost> _workers;
    private readonly TaskCompletionSource _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _ending;

    private LocalCluster(CoordinatorHost coordinator, IReadOnlyList<WorkerHost> workers)
    {
        (_coordinator, _workers) = (coordinator, workers);
        _ = WatchNodesAsync();
    }

    public Uri Address => _coordinator.GrpcAddress;

    public Task Failure => _failure.Task;

    /// <summary>Loads the job's data, then starts the nodes.</summary>
    /// <exception cref="CommandException">The data set is missing, or the job does not fit it.</exception>
    public static async Task<ILocalCluster> StartAsync(JobSpec job, LocalClusterOptions options, CancellationToken cancellation)
    {
        // One store for all workers: the data is in memory once.
        var store = new DatasetStore(DataFolders.Standard(options.DataFolders));
        // Before the data is read, which may take longer.
        var engine = DeviceEngine.Create(store, options.Device, options.ModelFolders);
        await JobPreflight.CheckDataAsync(store, job, cancellation);

        // Loading libtorch takes as long as starting the coordinator; neither waits for the other.
        var coordinator = CoordinatorHost.StartAsync(OptionsOfCoordinator(options), cancellation);
        var fit = Task.Run(() => JobPreflight.CheckFitAsync(engine, job, cancellation), cancellation);
        IReadOnlyList<Task<WorkerHost>> workers = [];
        try
        {
            await Task.WhenAll(coordinator, fit);
            var seed = (await coordinator).ClusterAddress;
            workers = [.. Enumerable.Range(1, options.Workers).Select(number => WorkerHost.StartAsync(OptionsOf(number, seed, options), engine, cancellation))];
            return new LocalCluster(await coordinator, await Task.WhenAll(workers));
        }
        catch
        {
            await Task.WhenAll([.. workers, coordinator, fit]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var worker in workers.Where(start => start.IsCompletedSuccessfully)) await (await worker).DisposeAsync();
            if (coordinator.IsCompletedSuccessfully) await (await coordinator).DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _ending = true;
        // Workers leave while there is a coordinator to tell.
        await Task.WhenAll(_workers.Select(worker => worker.DisposeAsync().AsTask()));
        await _coordinator.DisposeAsync();
    }

    private static CoordinatorOptions OptionsOfCoordinator(LocalClusterOptions options) => new()
    {
        Port = 0,
        ClusterPort = 0,
        StateDir = options.StateFolder,
        AcceptSimulated = true,
        HeartbeatPause = HeartbeatPause,
        LogLevel = options.LogLevel,
    };

    private static WorkerOptions OptionsOf(int number, string seed, LocalClusterOptions options) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"worker-{number}"),
        Seeds = [seed],
        Slots = options.Slots,
        AllowModels = [.. options.ModelFolders],
        Pace = options.Pace,
        StateDir = Path.Combine(options.StateFolder, string.Create(CultureInfo.InvariantCulture, $"worker-{number}")),
        LogLevel = options.LogLevel,
        HeartbeatPause = HeartbeatPause,
        // Workers are told to end when the run has ended: nothing that they still do is wanted.
        DrainTimeout = TimeSpan.Zero,
    };

    private async Task WatchNodesAsync()
    {
        var ended = await Task.WhenAny([_coordinator.Completion, .. _workers.Select(worker => (Task)worker.Completion)]);
        if (_ending) return;
        _failure.SetException(new CommandException(ExitCodes.NodeDowned,
            ended == _coordinator.Completion ? "The coordinator of this run ended by itself." : "A worker of this run ended by itself.", "The log above says why; --verbose says more."));
    }
}
