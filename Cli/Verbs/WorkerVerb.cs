using System.CommandLine;
using System.Globalization;
using Federated.Cli.Local;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Engine.Data;
using Federated.Wire.Cluster;
using Federated.Worker.Hosting;
using Federated.Worker.Options;

namespace Federated.Cli.Verbs;

/// <summary><c>federated worker</c>: trains for a coordinator until it is told to end.</summary>
internal sealed class WorkerVerb : Verb
{
    private readonly Option<string?> _name = new("--name") { Description = "The worker's name, unique in the cluster. Default: this machine's name and the process id.", HelpName = "name" };
    private readonly Option<string[]> _coordinators = SharedOptions.Many("--coordinator", "host:port", "Cluster address of a coordinator node. May be repeated. Default: 127.0.0.1:5601.");
    private readonly Option<int?> _slots = SharedOptions.Number("--slots", "n", "Clients to train at once, 1 to 1024; each takes a core. Default: the number of cores.", 1, 1024);
    private readonly Option<string?> _host = new("--host") { Description = "Address to listen on. Default: 127.0.0.1, which only a coordinator on this machine reaches.", HelpName = "address" };
    private readonly Option<string?> _publicHost = new("--public-host") { Description = "Name or address under which the coordinator reaches this machine. Default: --host.", HelpName = "name" };
    private readonly Option<int?> _clusterPort = SharedOptions.Number("--cluster-port", "n", "Cluster port; 0, the default, for any free one.", 0, ushort.MaxValue);
    private readonly Option<int?> _publicClusterPort = SharedOptions.PublicPort("--public-cluster-port", "--cluster-port");
    private readonly Option<string?> _device = SharedOptions.Device();
    private readonly Option<string[]> _data = SharedOptions.DataFolders();
    private readonly Option<string[]> _models = SharedOptions.AllowModels();
    private readonly Option<string[]> _clients = SharedOptions.Many("--client", "id", "A client whose data lives here, for jobs with data.placement: local. May be repeated.");
    private readonly Option<string?> _identity = new("--identity")
    {
        Description = "Private key (PEM) with which the client signs in secure aggregation, or a folder with CLIENT.pem for each client. Default: none.",
        HelpName = "path",
    };
    private readonly Option<string?> _peers = new("--peers") { Description = "Folder with CLIENT.pem, the public key of each client that may take part in secure aggregation with identities. Default: none.", HelpName = "dir" };
    private readonly Option<string?> _policy = new("--policy") { Description = "File that says which jobs this worker takes part in and what may leave it, and has everything that leaves written down.", HelpName = "file" };
    private readonly Option<int?> _timeout = SharedOptions.Number("--coordinator-timeout", "seconds", "End when no coordinator was found for so long. Default: look for ever.", 1, 1_000_000);

    private readonly Option<string?> _state = new("--state-dir") { Description = $"Folder of what this worker keeps. Default: {Path.Combine(StateFolders.Root, "worker-NAME")}.", HelpName = "dir" };
    private readonly Option<double?> _pause = SharedOptions.HeartbeatPause();

    public WorkerVerb(CommandEnvironment environment)
        : base("worker", $"Host a worker: it trains on its own data for a coordinator. Options may come from {WorkerOptionsReader.EnvironmentPrefix}* variables too.", environment)
    {
        foreach (var option in new Option[] { _name, _coordinators, _slots, _host, _publicHost, _clusterPort, _publicClusterPort, _device, _data, _models, _clients, _identity, _peers, _policy, _state, _timeout, _pause }) Add(option);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated worker", "for a coordinator on this machine"),
        ("federated worker --coordinator coordinator.example:5601 --host 0.0.0.0 --public-host worker1.example --data-dir /data", "for one on another machine"),
        ("federated worker --client hospital-a --data-dir /data", "the owner of data that must not move"),
        ("federated worker --client hospital-a --data-dir /data --policy policy.yaml", "the same, taking part only in jobs that the policy allows, with a record of all that leaves"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var given = new HostArguments()
            .Add("name", parsed.GetValue(_name)).Add("seeds", parsed.GetValue(_coordinators), ',').Add("slots", parsed.GetValue(_slots)).Add("host", parsed.GetValue(_host))
            .Add("public-host", parsed.GetValue(_publicHost)).Add("cluster-port", parsed.GetValue(_clusterPort))
            .Add("public-cluster-port", parsed.GetValue(_publicClusterPort)).Add("state-dir", parsed.GetValue(_state) is { } state ? Environment.PathOf(state) : null)
            .Add("policy", parsed.GetValue(_policy) is { } policy ? Environment.PathOf(policy) : null)
            .Add("device", parsed.GetValue(_device)).Add("heartbeat-pause", parsed.GetValue(_pause))
            .Add("data-folders", parsed.GetValue(_data)?.Select(Environment.PathOf).ToArray(), Path.PathSeparator)
            .Add("allow-models", parsed.GetValue(_models)?.Select(Environment.PathOf).ToArray(), Path.PathSeparator)
            .Add("identity", parsed.GetValue(_identity) is { } identity ? Environment.PathOf(identity) : null)
            .Add("peers", parsed.GetValue(_peers) is { } peers ? Environment.PathOf(peers) : null)
            .Add("clients", parsed.GetValue(_clients), ',').Add("coordinator-timeout", parsed.GetValue(_timeout)).AddVerbose(parsed.GetValue(SharedOptions.Verbose));
        var (options, errors) = WorkerOptionsReader.Read(given.Arguments);
        if (!errors.IsEmpty) throw new CommandException(ExitCodes.Usage, string.Join(" ", errors));

        var engine = DeviceEngine.Create(new DatasetStore(DataFolders.Standard(options.DataFolders)), options.Device, options.AllowModels);
        var coordinators = string.Join(" and ", options.Seeds);
        await Environment.Error.WriteLineAsync($"worker {options.Name} looks for a coordinator at {coordinators}");
        var code = await WorkerLoop.RunAsync(options, engine, SayReadyAsync, Environment.Error.WriteLineAsync, interrupt);
        return code == ExitCodes.Success ? code : throw new CommandException(code, WhyItEnded(code, coordinators));

        async Task SayReadyAsync()
        {
            await Environment.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"worker ready: {options.Name} at {coordinators}, {options.Slots} slots"));
            await Environment.Output.FlushAsync();
        }
    }

    private static string WhyItEnded(int code, string coordinators) => code switch
    {
        ExitCodes.VersionMismatch => $"The coordinator at {coordinators} is of another version than this worker.",
        ExitCodes.CoordinatorUnreachable => $"No coordinator was found at {coordinators}.",
        _ => "The worker ended; its log above says why.",
    };
}
