using System.Collections.Immutable;
using System.Globalization;
using Federated.Cluster.Tests.Processes;

namespace Federated.Cluster.Tests.Faults;

/// <summary>Coordinators and workers as supervised processes on this machine. Coordinators keep their ports over restarts, know each other as seeds
/// and share one state folder. Processes are named coordinator-1, worker-1 and so on, links link-1 for the one in front of coordinator-1. Ends them
/// all.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    private readonly ReservedPorts _ports = new();
    private readonly string _folder;
    private readonly ChaosClusterOptions _options;
    private readonly ImmutableArray<(int Grpc, int Cluster)> _at;
    private readonly List<SupervisedProcess> _coordinators = [];
    private readonly List<SupervisedProcess> _workers = [];

    private ChaosCluster(string folder, ChaosClusterOptions options)
    {
        (_folder, _options) = (folder, options);
        _at = [.. Enumerable.Range(0, options.Coordinators).Select(_ => (_ports.Take(), _ports.Take()))];
        Links = options.LinkTransfers ? [.. _at.Select((at, index) => LinkProxy.Start(at.Grpc, options.Seed + (ulong)index))] : [];
        Addresses = [.. _at.Select(at => Url(at.Grpc))];
    }

    /// <summary>URLs of the coordinators' services, in the order of the coordinators.</summary>
    public ImmutableArray<string> Addresses { get; }

    /// <summary>The links in front of the coordinators that workers use for tensors; none unless they were asked for.</summary>
    public ImmutableArray<LinkProxy> Links { get; }

    public IReadOnlyList<SupervisedProcess> Coordinators => _coordinators;

    public IReadOnlyList<SupervisedProcess> Workers => _workers;

    /// <summary>The folder of the marks that <see cref="FaultyCoordinator.SelfKill"/> leaves.</summary>
    public string Marks => Path.Combine(_folder, "kill-marks");

    /// <summary>Starts everything and waits until every coordinator and worker is ready.</summary>
    /// <param name="folder">Working directory of all of them.</param>
    /// <param name="options">What there is.</param>
    public static async Task<ChaosCluster> StartAsync(string folder, ChaosClusterOptions options)
    {
        var cluster = new ChaosCluster(folder, options);
        try
        {
            for (var index = 0; index < options.Coordinators; index++) cluster.StartCoordinator(index);
            await Task.WhenAll(cluster.Coordinators.Select(coordinator => coordinator.WaitForLineAsync(IsReady)));
            for (var index = 0; index < options.Workers; index++) cluster.StartWorker(index);
            await Task.WhenAll(cluster.Workers.Select(worker => worker.WaitForLineAsync(IsReady)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The line that coordinators and workers write when they can be used.</summary>
    public static bool IsReady(string line) =>
        line.StartsWith("coordinator ready: ", StringComparison.Ordinal) || line.StartsWith("worker ready: ", StringComparison.Ordinal);

    /// <summary>A process by its name.</summary>
    public SupervisedProcess Process(string name) =>
        _coordinators.Concat(_workers).FirstOrDefault(process => process.Name == name)
        ?? throw new ArgumentException($"There is no process '{name}'.", nameof(name));

    /// <summary>A link by its name.</summary>
    public LinkProxy Link(string name) =>
        Links.Where((_, index) => name == NameOf("link", index)).FirstOrDefault()
        ?? throw new ArgumentException($"There is no link '{name}'.", nameof(name));

    /// <summary>Submits a job and follows its run.</summary>
    public Task<RunFollower> SubmitAsync(string yaml) => RunFollower.SubmitAsync(Addresses, yaml, Transcripts);

    /// <summary>Takes the actions of a schedule in order, each at its moment.</summary>
    /// <param name="schedule">Its phases are those of <see cref="RunPlace"/>.</param>
    /// <param name="follower">Tells where the run is.</param>
    /// <param name="log">Told of each action when it is taken, and where the run was then.</param>
    /// <exception cref="InvalidOperationException">The run ended before a point of the schedule.</exception>
    public async Task PlayAsync(ChaosSchedule schedule, RunFollower follower, Action<string> log)
    {
        foreach (var action in schedule.Actions)
        {
            if (action.When is ChaosMoment.At at) await follower.ReachedAsync(at.Round, at.Phase);
            else if (action.When is ChaosMoment.After after) await Task.Delay(after.Delay);
            log($"{action}; the run is at {(follower.History.Places is [.., var place] ? place : "its beginning")}");
            await TakeAsync(action);
        }
    }

    /// <summary>All that every process wrote, for a test's message.</summary>
    public string Transcripts() => string.Concat(_coordinators.Concat(_workers).Select(process => process.Transcripts()));

    public async ValueTask DisposeAsync()
    {
        // All at once: a worker that outlives the coordinators would begin to look for them.
        await Task.WhenAll(_workers.Concat(_coordinators).Select(process => process.DisposeAsync().AsTask()));
        foreach (var link in Links) await link.DisposeAsync();
        _ports.Dispose();
    }

    private async Task TakeAsync(ChaosAction action)
    {
        switch (action.Kind)
        {
            case ChaosKind.Kill:
                await Process(action.Target).KillAsync();
                break;
            case ChaosKind.Pause:
                await Process(action.Target).PauseAsync(action.For);
                break;
            case ChaosKind.Cut:
                var link = Link(action.Target);
                link.Set(LinkFault.BlackHole);
                await Task.Delay(action.For);
                link.Heal();
                break;
        }
    }

    private void StartCoordinator(int index)
    {
        var at = _at[index];
        var seeds = _at.Select(other => ClusterAddress(other.Cluster)).ToArray();
        var state = _options.StateFolder ?? Path.Combine(_folder, "state");
        List<string> args = ["--port", Text(at.Grpc), "--cluster-port", Text(at.Cluster), "--state-dir", state, .. _options.CoordinatorArguments];
        // The command repeats an option where the host has a list.
        if (!_options.IsFaulty) args.Insert(0, "coordinator");
        if (seeds.Length > 1 && _options.IsFaulty) args.AddRange("--seeds", string.Join(',', seeds));
        else if (seeds.Length > 1) args.AddRange(seeds.SelectMany(seed => new[] { "--seed", seed }));
        var environment = new Dictionary<string, string>();
        if (!_options.KillAt.IsEmpty)
        {
            environment["FEDERATED_TEST_KILL_AT"] = string.Join(',', _options.KillAt);
            environment["FEDERATED_TEST_KILL_MARKS"] = Marks;
        }
        if (_options.LinkTransfers) environment["FEDERATED_TEST_TRANSFER_ADDRESS"] = Url(Links[index].Port);

        var program = _options.IsFaulty ? DotNet.FaultyCoordinator : DotNet.Federated;
        _coordinators.Add(SupervisedProcess.Start(NameOf("coordinator", index), Start, Ended, _options.RestartDelay));

        ProcessUnderTest Start()
        {
            _ports.Release(at.Grpc);
            _ports.Release(at.Cluster);
            return ProcessUnderTest.Start(program, _folder, environment, [.. args]);
        }

        void Ended()
        {
            // Taken by somebody in between: the next start says so, and another one follows it.
            _ = _ports.TryHold(at.Grpc);
            _ = _ports.TryHold(at.Cluster);
        }
    }

    private void StartWorker(int index)
    {
        var name = NameOf("worker", index);
        var coordinators = _at.SelectMany(at => new[] { "--coordinator", ClusterAddress(at.Cluster) });
        var state = Path.Combine(_folder, $"{name}-state");
        string[] args = ["worker", "--name", name, "--slots", "1", "--state-dir", state, .. coordinators, .. _options.WorkerArguments];
        ProcessUnderTest Start() => ProcessUnderTest.Start(DotNet.Federated, _folder, args);
        _workers.Add(SupervisedProcess.Start(name, Start, restartDelay: _options.RestartDelay));
    }

    private static string NameOf(string kind, int index) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{index + 1}");

    private static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private static string ClusterAddress(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
