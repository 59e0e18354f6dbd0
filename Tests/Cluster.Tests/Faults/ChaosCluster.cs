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
    private readonly ImmutableArray<LinkProxy> _coordinatorLinks;
    private readonly List<(string Node, LinkProxy Link)> _clusterLinks = [];
    private readonly List<SupervisedProcess> _coordinators = [];
    private readonly List<SupervisedProcess> _workers = [];

    private ChaosCluster(string folder, ChaosClusterOptions options)
    {
        (_folder, _options) = (folder, options);
        _at = [.. Enumerable.Range(0, options.Coordinators).Select(_ => (_ports.Take(), _ports.Take()))];
        Links = options.LinkTransfers ? [.. _at.Select((at, index) => LinkProxy.Start(at.Grpc, options.Seed + (ulong)index))] : [];
        _coordinatorLinks = options.LinkCluster ? [.. _at.Select(at => LinkProxy.Start(at.Cluster, options.Seed))] : [];
        _clusterLinks.AddRange(_coordinatorLinks.Select((link, index) => (NameOf("coordinator", index), link)));
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

    /// <summary>Divides the network: what the nodes of one side and all others say to each other, as members of the cluster and with tensors, is lost
    /// until <see cref="Heal"/>. Processes that are started meanwhile are divided too.</summary>
    /// <param name="side">Names of nodes.</param>
    public void Divide(params string[] side)
    {
        foreach (var (node, link) in _clusterLinks.Concat(Links.Select((link, index) => (NameOf("coordinator", index), link))))
        {
            var others = _coordinators.Concat(_workers).Where(process => side.Contains(process.Name) != side.Contains(node)).ToArray();
            link.Set(LinkFault.BlackHole, connection => others.Any(other => SocketOwner.Owns(other.Current.Id, connection.ClientPort)));
        }
    }

    /// <summary>The network is whole again; connections that have lost something are reset.</summary>
    public void Heal()
    {
        foreach (var (_, link) in _clusterLinks) link.Heal();
        foreach (var link in Links) link.Heal();
    }

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
        foreach (var (_, link) in _clusterLinks) await link.DisposeAsync();
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
        var seeds = Seeds;
        var state = _options.StateFolder ?? Path.Combine(_folder, "state");
        List<string> args = ["--port", Text(at.Grpc), "--cluster-port", Text(at.Cluster), "--state-dir", state, .. _options.CoordinatorArguments];
        if (_options.LinkCluster) args.AddRange("--public-cluster-port", Text(_coordinatorLinks[index].Port));
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
        _coordinators.Add(Supervise(NameOf("coordinator", index), () => ProcessUnderTest.Start(program, _folder, environment, [.. args]), at.Grpc, at.Cluster));
    }

    private void StartWorker(int index)
    {
        var name = NameOf("worker", index);
        var coordinators = Seeds.SelectMany(seed => new[] { "--coordinator", seed });
        var state = Path.Combine(_folder, $"{name}-state");
        string[] args = ["worker", "--name", name, "--slots", "1", "--state-dir", state, .. coordinators, .. _options.WorkerArguments];
        if (_options.OwnClients) args = [.. args, "--client", NameOf("client", index)];
        int[] ports = _options.LinkCluster ? [_ports.Take()] : [];
        foreach (var port in ports)
        {
            var link = LinkProxy.Start(port, _options.Seed);
            _clusterLinks.Add((name, link));
            args = [.. args, "--cluster-port", Text(port), "--public-cluster-port", Text(link.Port)];
        }
        _workers.Add(Supervise(name, () => ProcessUnderTest.Start(DotNet.Federated, _folder, args), ports));
    }

    // Between two lives of a process its ports are held for it.
    private SupervisedProcess Supervise(string name, Func<ProcessUnderTest> start, params int[] ports)
    {
        return SupervisedProcess.Start(name, Start, Ended, _options.RestartDelay);

        ProcessUnderTest Start()
        {
            foreach (var port in ports) _ports.Release(port);
            return start();
        }

        void Ended()
        {
            // Taken by somebody in between: the next start says so, and another one follows it.
            foreach (var port in ports) _ = _ports.TryHold(port);
        }
    }

    // Where the others reach a coordinator as a member.
    private string[] Seeds => [.. _at.Select((at, index) => ClusterAddress(_options.LinkCluster ? _coordinatorLinks[index].Port : at.Cluster))];

    private static string NameOf(string kind, int index) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{index + 1}");

    private static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private static string ClusterAddress(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
