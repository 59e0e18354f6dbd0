using Federated.Wire.Cluster;
using Federated.Worker.Options;

namespace Federated.Worker.Tests.Options;

public sealed class WorkerOptionsTests
{
    [Fact]
    public void Defaults_have_no_errors() => Assert.Empty(WorkerOptionsValidator.Check(new WorkerOptions()));

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var errors = WorkerOptionsValidator.Check(new WorkerOptions
        {
            Name = new string('x', 257),
            Host = " ",
            ClusterPort = 65536,
            PublicClusterPort = 0,
            StateDir = " ",
            HeartbeatPause = TimeSpan.Zero,
            Seeds = ["host", "host:0", "good:1"],
            Slots = 0,
            Device = "gpu",
            Clients = ["a", "b", "a"],
            CoordinatorTimeout = TimeSpan.Zero,
            DrainTimeout = TimeSpan.FromSeconds(-1),
            LogLevel = "loud",
        });

        Assert.Equal<string>(
        [
            "name has 257 characters; 1 to 256 are allowed.",
            "host is empty: give a name or address of this machine, for example 127.0.0.1.",
            "cluster-port is 65536: it must be from 0 to 65535, and 0 takes any free one.",
            "public-cluster-port is 0: it must be from 1 to 65535; leave it out where the port is not mapped.",
            "seeds has 'host': each must be host:port with a port from 1 to 65535.",
            "seeds has 'host:0': each must be host:port with a port from 1 to 65535.",
            "slots is 0: it must be from 1 to 1024.",
            "device is 'gpu': it must be cpu, cuda or cuda:N, N being a GPU's number from 0.",
            "clients has 'a' 2 times: each client is named once.",
            "state-dir is empty: name a folder that this node may write to, or leave it out.",
            "coordinator-timeout is 0 s: it must be above 0; leave it out to look for ever.",
            "drain-timeout is -1 s: it must be 0 or more.",
            "heartbeat-pause is 0 s: it must be above 0.",
            "log-level is 'loud': it must be one of trace, debug, info, warn, error.",
        ], errors);
    }

    [Theory]
    [InlineData("0.0.0.0", null)]
    [InlineData("127.0.0.1", "::")]
    public void Address_that_nobody_can_connect_to_is_an_error(string host, string? publicHost) =>
        Assert.Contains("public-host", Assert.Single(WorkerOptionsValidator.Check(new WorkerOptions { Host = host, PublicHost = publicHost })));

    [Fact]
    public void Wildcard_with_a_public_name_is_allowed() =>
        Assert.Empty(WorkerOptionsValidator.Check(new WorkerOptions { Host = "0.0.0.0", PublicHost = "worker-1" }));

    [Fact]
    public void Missing_seeds_are_an_error() =>
        Assert.StartsWith("seeds is empty", Assert.Single(WorkerOptionsValidator.Check(new WorkerOptions { Seeds = default })));

    [Fact]
    public void Arguments_are_read_in_both_forms()
    {
        var (options, errors) = WorkerOptionsReader.Read(
        [
            "--name", "w7", "--slots=3", "--seeds", "a:1, b:2", "--clients", "x,y", "--labels", "region=north, size = a=b", "--cluster-port", "4711", "--coordinator-timeout", "2.5",
            "--drain-timeout", "0", "--log-level", "info", "--data-folders", $"/d1{Path.PathSeparator}/d2", "--host", "h", "--public-host", "p",
            "--state-dir", "/state", "--public-cluster-port", "80", "--heartbeat-pause", "2.5", "--device", "cuda:1", "--allow-models", AppContext.BaseDirectory,
        ]);

        Assert.Empty(errors);
        Assert.Equal(("w7", 3, 4711, "h", "p", "info"), (options.Name, options.Slots, options.ClusterPort, options.Host, options.PublicHost, options.LogLevel));
        Assert.Equal("cuda:1", options.Device);
        Assert.Equal<string>(["a:1", "b:2"], options.Seeds);
        Assert.Equal<string>(["x", "y"], options.Clients);
        Assert.Equal([new("region", "north"), new("size", "a=b")], options.Labels.OrderBy(label => label.Key, StringComparer.Ordinal));
        Assert.Equal<string>(["/d1", "/d2"], options.DataFolders);
        Assert.Equal<string>([AppContext.BaseDirectory], options.AllowModels);
        Assert.Equal(TimeSpan.FromSeconds(2.5), options.CoordinatorTimeout);
        Assert.Equal(TimeSpan.Zero, options.DrainTimeout);
        Assert.Equal(("/state", 80, TimeSpan.FromSeconds(2.5)), (options.StateDir, options.PublicClusterPort, options.HeartbeatPause));
    }

    [Theory]
    [InlineData("north", "labels has 'north': a label is written name=value.")]
    [InlineData("a=1,a=2", "labels has 'a' twice.")]
    [InlineData("a=", "labels has 'a', a name or value of which has not 1 to 64 characters, or control characters.")]
    public void Labels_that_are_none_are_an_error(string labels, string error) => Assert.Equal([error], WorkerOptionsReader.Read(["--labels", labels]).Errors.AsEnumerable());

    [Fact]
    public void Each_name_has_a_state_folder_of_its_own_and_stays_within_it()
    {
        string[] names = ["w1", "../w1", "/w1", "w:1", "w*1", new('x', 256), new('x', 255)];
        var folders = names.Select(name => new WorkerOptions { Name = name }.StateDir).ToArray();

        Assert.Equal(Path.Combine(StateFolders.Root, "worker-w1"), folders[0]);
        Assert.Equal(names.Length, folders.Distinct().Count());
        Assert.All(folders, folder => Assert.Equal(StateFolders.Root, Path.GetDirectoryName(Path.GetFullPath(folder))));
        Assert.All(folders, folder => Assert.InRange(Path.GetFileName(folder).Length, 1, 100));
        Assert.Equal("/given", new WorkerOptions { Name = "w1", StateDir = "/given" }.StateDir);
    }

    [Fact]
    public void Usage_names_every_option()
    {
        var (_, errors) = WorkerOptionsReader.Read(["--no-such", "option"]);
        var names = Assert.Single(errors).Split("The options are ")[1].TrimEnd('.').Split(", ");

        Assert.All(names, name => Assert.Contains($"\n  {name} ", WorkerOptionsReader.Usage));
    }

    [Fact]
    public void Wrong_arguments_are_all_told()
    {
        var (_, errors) = WorkerOptionsReader.Read(["stray", "--slots", "many", "--colour", "red", "--drain-timeout", "soon", "--name"]);

        Assert.Collection(errors.OrderBy(error => error, StringComparer.Ordinal),
            error => Assert.StartsWith("'stray' is no option", error),
            error => Assert.StartsWith("There is no option 'colour'", error),
            error => Assert.Equal("drain-timeout is 'soon': it must be a number of seconds.", error),
            error => Assert.Equal("name has no value: write --name VALUE.", error),
            error => Assert.Equal("slots is 'many': it must be a whole number.", error));
    }
}
