using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Federated.Benchmarks.Processes;

/// <summary>Coordinators that share a state folder and workers with one slot each, on fixed ports of loopback, in a folder of their own. Ends them all.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly string[] _more;
    private readonly List<HostProcess> _workers = [];

    /// <param name="coordinators">How many addresses; none is started yet.</param>
    /// <param name="parent">Folder to make the deployment's in; null for the system's temporary one.</param>
    /// <param name="more">Options for every process.</param>
    public Deployment(int coordinators, string? parent = null, params string[] more)
    {
        _more = more;
        _folder = parent is null ? Directory.CreateTempSubdirectory("federated-benchmark-")
            : Directory.CreateDirectory(Path.Combine(parent, $"federated-benchmark-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}"));
        StateFolder = Path.Combine(_folder.FullName, "coordinator");
        var ports = TakePorts(2 * coordinators);
        // A lone coordinator is given no seeds, as users start it.
        string[] seeds = coordinators == 1 ? [] : [.. ports[..coordinators].SelectMany(port => (string[])["--seed", Address(port)])];
        Coordinators = [.. Enumerable.Range(0, coordinators)
            .Select(i => new CoordinatorNode(_folder.FullName, ports[coordinators + i], ports[i], ["--state-dir", StateFolder, .. seeds, .. more]))];
    }

    /// <value>By ascending cluster address.</value>
    public IReadOnlyList<CoordinatorNode> Coordinators { get; }

    public IReadOnlyList<HostProcess> Workers => _workers;

    /// <value>Of all coordinators.</value>
    public string StateFolder { get; }

    public IEnumerable<HostProcess> Processes => [.. Coordinators.Select(node => node.Process), .. _workers];

    /// <summary>Starts the coordinators, one after the other, so that the first one is active; then the workers.</summary>
    public async Task StartAsync(int workers)
    {
        foreach (var coordinator in Coordinators) await coordinator.StartAsync();
        for (var i = 1; i <= workers; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"worker-{i}");
            string[] coordinators = [.. Coordinators.SelectMany(node => (string[])["--coordinator", Address(node.ClusterPort)])];
            _workers.Add(HostProcess.Start(name, _folder.FullName, ["worker", "--name", name, "--slots", "1", "--state-dir", name, .. coordinators, .. _more]));
        }
        foreach (var worker in _workers) await worker.LineAsync("worker ready: ");
    }

    public async ValueTask DisposeAsync()
    {
        // All of them at once: nobody is to wait for the others.
        foreach (var process in Processes.Where(process => process is { IsAlive: true })) process.Kill();
        foreach (var coordinator in Coordinators) await coordinator.DisposeAsync();
        foreach (var worker in _workers) await worker.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Address(int clusterPort) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{clusterPort}");

    private static int[] TakePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).Order()];
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }
}
