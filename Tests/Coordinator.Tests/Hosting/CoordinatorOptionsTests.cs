using Federated.Coordinator.Options;
using Federated.Wire.Cluster;

namespace Federated.Coordinator.Tests.Hosting;

public sealed class CoordinatorOptionsTests
{
    [Fact]
    public void Defaults_have_no_errors() => Assert.Empty(CoordinatorOptionsValidator.Check(new CoordinatorOptions()));

    [Fact]
    public void All_errors_come_at_once_each_with_its_option()
    {
        var errors = CoordinatorOptionsValidator.Check(new CoordinatorOptions
        {
            Host = " ",
            PublicHost = "",
            Port = 65536,
            ClusterPort = -1,
            Seeds = ["coordinator", "good:5601"],
            PublicPort = 0,
            PublicClusterPort = 65536,
            StateDir = "",
            Journal = " ",
            KeepCheckpoints = 1001,
            MaxModelBytes = 3,
            ConcurrentUploads = 0,
            HeartbeatPause = TimeSpan.Zero,
            LogLevel = "loud",
        });

        Assert.Collection(errors,
            error => Assert.StartsWith("host is empty", error),
            error => Assert.StartsWith("public-host is empty", error),
            error => Assert.Equal("port is 65536: it must be from 0 to 65535, and 0 takes any free one.", error),
            error => Assert.StartsWith("cluster-port is -1", error),
            error => Assert.StartsWith("public-port is 0: it must be from 1 to 65535", error),
            error => Assert.StartsWith("public-cluster-port is 65536", error),
            error => Assert.StartsWith("seeds has 'coordinator'", error),
            error => Assert.StartsWith("state-dir is empty", error),
            error => Assert.StartsWith("journal is empty", error),
            error => Assert.Equal("keep-checkpoints is 1001: it must be from 1 to 1000.", error),
            error => Assert.StartsWith("max-model-bytes is 3", error),
            error => Assert.StartsWith("concurrent-uploads is 0", error),
            error => Assert.Equal("heartbeat-pause is 0 s: it must be above 0.", error),
            error => Assert.Equal("log-level is 'loud': it must be one of trace, debug, info, warn, error.", error));
    }

    [Theory]
    [InlineData("0.0.0.0", null, "set public-host")]
    [InlineData("::", null, "set public-host")]
    [InlineData("127.0.0.1", "0.0.0.0", "no address that workers can connect to")]
    public void Wildcard_needs_a_name_that_others_can_connect_to(string host, string? publicHost, string expected) =>
        Assert.Contains(expected, Assert.Single(CoordinatorOptionsValidator.Check(new CoordinatorOptions { Host = host, PublicHost = publicHost })));

    [Fact]
    public void Wildcard_with_a_public_name_is_fine() =>
        Assert.Empty(CoordinatorOptionsValidator.Check(new CoordinatorOptions { Host = "0.0.0.0", PublicHost = "coordinator" }));

    [Fact]
    public void Same_port_twice_is_an_error() =>
        Assert.Contains("must differ", Assert.Single(CoordinatorOptionsValidator.Check(new CoordinatorOptions { Port = 5601 })));

    [Fact]
    public void Public_ports_must_differ() => Assert.Contains("must differ",
        Assert.Single(CoordinatorOptionsValidator.Check(new CoordinatorOptions { PublicPort = 443, PublicClusterPort = 443 })));

    [Fact]
    public void Seeds_must_name_this_node()
    {
        var options = new CoordinatorOptions { PublicHost = "one", Seeds = ["two:5601", "three:5601"], Journal = "Host=db" };

        Assert.Contains("one:5601, this node, is not among them", Assert.Single(CoordinatorOptionsValidator.Check(options)));
        Assert.Empty(CoordinatorOptionsValidator.Check(options with { Seeds = ["two:5601", "one:5601"] }));
        Assert.Contains("cluster-port is 0", Assert.Single(CoordinatorOptionsValidator.Check(options with { ClusterPort = 0 })));
    }

    [Fact]
    public void Seeds_name_the_port_under_which_others_reach_this_node() => Assert.Empty(CoordinatorOptionsValidator.Check(
        new CoordinatorOptions { PublicHost = "one", PublicClusterPort = 7000, ClusterPort = 0, Seeds = ["one:7000"] }));

    [Fact]
    public void Coordinators_on_several_hosts_need_a_journal_in_common()
    {
        var options = new CoordinatorOptions { Seeds = ["127.0.0.1:5601", "elsewhere:5601"] };

        Assert.Equal("several coordinators on different hosts need one journal: set journal to a PostgreSQL connection string.",
            Assert.Single(CoordinatorOptionsValidator.Check(options)));
        Assert.Empty(CoordinatorOptionsValidator.Check(options with { Journal = "Host=db" }));
        Assert.Empty(CoordinatorOptionsValidator.Check(options with { Seeds = ["127.0.0.1:5601", "127.0.0.1:5602"] }));
    }

    [Fact]
    public void Journal_is_shown_nowhere() => Assert.DoesNotContain("secret", new CoordinatorOptions { Journal = "Password=secret" }.ToString());

    [Theory]
    [InlineData("host:1", true)]
    [InlineData("10.0.0.1:65535", true)]
    [InlineData("[::1]:5601", true)]
    [InlineData("", false)]
    [InlineData(":5601", false)]
    [InlineData("host", false)]
    [InlineData("host:", false)]
    [InlineData("host:0", false)]
    [InlineData("host:65536", false)]
    [InlineData("host:+1", false)]
    [InlineData("::1:5601", false)]
    [InlineData("ho st:5601", false)]
    [InlineData("http://host:5601", false)]
    public void Seed_is_host_and_port(string seed, bool valid) => Assert.Equal(valid, SeedAddress.TryParse(seed, out _, out _));

    [Fact]
    public void Arguments_are_read_in_both_forms()
    {
        var (options, errors) = CoordinatorOptionsReader.Read(
            ["--host", "0.0.0.0", "--public-host=one", "--port", "0", "--cluster-port=7000", "--seeds", "one:7000, two:7000", "--max-model-bytes", "4294967296",
             "--concurrent-uploads", "2", "--log-level", "info", "--state-dir", "/state", "--journal", "Host=db;Password=x", "--keep-checkpoints=7", "--public-port", "80",
             "--public-cluster-port", "7000", "--heartbeat-pause", "2.5"]);

        Assert.Empty(errors);
        Assert.Equal(("0.0.0.0", "one", 0, 7000, 4294967296L, 2, "info"),
            (options.Host, options.PublicHost, options.Port, options.ClusterPort, options.MaxModelBytes, options.ConcurrentUploads, options.LogLevel));
        Assert.Equal(("/state", "Host=db;Password=x", 7, 80, 7000, TimeSpan.FromSeconds(2.5)),
            (options.StateDir, options.Journal, options.KeepCheckpoints, options.PublicPort, options.PublicClusterPort, options.HeartbeatPause));
        Assert.Equal<string>(["one:7000", "two:7000"], options.Seeds);
    }

    [Fact]
    public void Usage_names_every_option()
    {
        var (_, errors) = CoordinatorOptionsReader.Read(["--no-such", "option"]);
        var names = Assert.Single(errors).Split("The options are ")[1].TrimEnd('.').Split(", ");

        Assert.All(names, name => Assert.Contains($"\n  {name} ", CoordinatorOptionsReader.Usage));
    }

    [Fact]
    public void Wrong_arguments_are_listed_together_with_wrong_values()
    {
        var (_, errors) = CoordinatorOptionsReader.Read(["stray", "--colour", "red", "--port", "many", "--cluster-port", "70000", "--host"]);

        Assert.Equal(5, errors.Length);
        Assert.Contains(errors, error => error.StartsWith("'stray' is no option", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith("There is no option 'colour'", StringComparison.Ordinal));
        Assert.Contains("port is 'many': it must be a whole number of at most 2147483647.", errors);
        Assert.Contains(errors, error => error.StartsWith("cluster-port is 70000", StringComparison.Ordinal));
        Assert.Contains("host has no value: write --host VALUE.", errors);
    }
}
