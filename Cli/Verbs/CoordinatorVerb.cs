using System.CommandLine;
using Federated.Cli.Terminal;
using Federated.Coordinator.Hosting;
using Federated.Coordinator.Options;
using Federated.Core;

namespace Federated.Cli.Verbs;

/// <summary><c>federated coordinator</c>: the server side of a deployment, until it is told to end.</summary>
internal sealed class CoordinatorVerb : Verb
{
    private static readonly CoordinatorOptions Defaults = new();
    private readonly Option<string?> _host = new("--host") { Description = $"Address to listen on; 0.0.0.0 for every interface. Default: {Defaults.Host}, this machine only.", HelpName = "address" };
    private readonly Option<string?> _publicHost = new("--public-host") { Description = "Name or address under which other machines reach this one. Default: --host.", HelpName = "name" };
    private readonly Option<int?> _port = SharedOptions.Number("--port", "n", $"gRPC port; 0 for any free one. Default: {Defaults.Port}.", 0, ushort.MaxValue);
    private readonly Option<int?> _clusterPort = SharedOptions.Number("--cluster-port", "n", $"Cluster port; 0 for any free one. Default: {Defaults.ClusterPort}.", 0, ushort.MaxValue);
    private readonly Option<int?> _publicPort = SharedOptions.PublicPort("--public-port", "--port");
    private readonly Option<int?> _publicClusterPort = SharedOptions.PublicPort("--public-cluster-port", "--cluster-port");
    private readonly Option<string[]> _seeds = SharedOptions.Many("--seed", "host:port", "Cluster address of a coordinator node, this one among them, where there are several; in the same order on all. May be repeated.");
    private readonly Option<string?> _state = new("--state-dir") { Description = $"Folder of the journal, the checkpoints and the known members; made when it is missing. Default: {Defaults.StateDir}.", HelpName = "dir" };
    private readonly Option<string?> _journal = new("--journal")
    {
        Description = "PostgreSQL connection string of the journal that all coordinators share. Other users of this machine can read arguments: prefer "
            + $"{CoordinatorOptionsReader.EnvironmentPrefix}JOURNAL. Default: a file in --state-dir.",
        HelpName = "connection",
    };
    private readonly Option<int?> _checkpoints = SharedOptions.Number("--keep-checkpoints", "n", $"Checkpoints kept of every run, 1 to 1000. Default: {Defaults.KeepCheckpoints}.", 1, 1000);
    private readonly Option<double?> _pause = SharedOptions.HeartbeatPause();

    public CoordinatorVerb(CommandEnvironment environment)
        : base("coordinator", $"Host a coordinator: it owns runs and rounds, and never sees data. Options may come from {CoordinatorOptionsReader.EnvironmentPrefix}* variables too.", environment)
    {
        foreach (var option in new Option[] { _host, _publicHost, _port, _clusterPort, _publicPort, _publicClusterPort, _seeds, _state, _journal, _checkpoints, _pause }) Add(option);
    }

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("federated coordinator", "for workers on this machine"),
        ("federated coordinator --host 0.0.0.0 --public-host coordinator.example", "for workers on other machines"),
        ("federated coordinator --host 0.0.0.0 --public-host a.example --seed a.example:5601 --seed b.example:5601 --journal \"Host=db.example;Database=federated\"", "one of two; the other takes over when it dies"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var given = new HostArguments()
            .Add("host", parsed.GetValue(_host)).Add("public-host", parsed.GetValue(_publicHost)).Add("port", parsed.GetValue(_port))
            .Add("cluster-port", parsed.GetValue(_clusterPort)).Add("public-port", parsed.GetValue(_publicPort)).Add("public-cluster-port", parsed.GetValue(_publicClusterPort))
            .Add("seeds", parsed.GetValue(_seeds), ',').Add("state-dir", parsed.GetValue(_state) is { } state ? Environment.PathOf(state) : null)
            .Add("journal", parsed.GetValue(_journal)).Add("keep-checkpoints", parsed.GetValue(_checkpoints)).Add("heartbeat-pause", parsed.GetValue(_pause))
            .AddVerbose(parsed.GetValue(SharedOptions.Verbose));
        var (options, errors) = CoordinatorOptionsReader.Read(given.Arguments);
        if (!errors.IsEmpty) throw new CommandException(ExitCodes.Usage, string.Join(" ", errors));

        return await CoordinatorLoop.RunAsync(options, SayReadyAsync, Environment.Error.WriteLineAsync, interrupt);
    }

    private async Task SayReadyAsync(CoordinatorHost host)
    {
        await Environment.Output.WriteLineAsync($"coordinator ready: gRPC {host.GrpcAddress.GetLeftPart(UriPartial.Authority)}, cluster {host.ClusterAddress}");
        await Environment.Output.FlushAsync();
    }
}
