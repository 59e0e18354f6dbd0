using System.CommandLine;
using Federated.Engine;
using Federated.Wire.Cluster;

namespace Federated.Cli.Verbs;

/// <summary>Options that several verbs have, alike in name and meaning.</summary>
internal static class SharedOptions
{
    /// <summary>Of every verb.</summary>
    public static readonly Option<bool> Verbose = new("--verbose") { Description = "Tell what the nodes do, and show stack traces of errors.", Recursive = true };

    public static Option<bool> Json(string description = "Print JSON for programs instead of text for people.") => new("--json") { Description = description };

    public static Option<string[]> Set() => Many("--set", "path=value", "Override a value of the job, for example federation.rounds=3. May be repeated.");

    public static Option<string[]> DataFolders() => Many("--data-dir", "dir",
        "Look for data sets in this folder first, then in FEDERATED_DATA, your cache and /usr/share/datasets. May be repeated.");

    public static Option<string?> Device()
    {
        var option = new Option<string?>("--device")
        {
            Description = "What to train and measure models on: cpu, cuda (the first GPU) or cuda:N. GPUs need a build with -p:TorchBackend=cuda. Default: cpu.",
            HelpName = "name",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && ComputeDevice.Parse(result.Tokens[0].Value) is null)
                result.AddError($"--device is '{result.Tokens[0].Value}': {ComputeDevice.Rule}");
        });
        return option;
    }

    public static Option<string[]> AllowModels() => Many("--allow-models", "dir",
        "Let jobs load models of their own out of this folder (model.torchscript, model.assembly): code that then runs here. May be repeated. Default: such jobs are refused.");

    public static Option<string?> Coordinator() => new("--coordinator")
    {
        Description = "The coordinator's gRPC address; commas separate those of several nodes, of which one serves. "
            + "Default: the environment variable FEDERATED_COORDINATOR, else http://127.0.0.1:5600.",
        HelpName = "urls",
    };

    public static Option<int?> PublicPort(string name, string bound) =>
        Number(name, "n", $"Port under which others reach {bound}, where a NAT, a container or a proxy maps it. Default: {bound} itself.", 1, ushort.MaxValue);

    public static Option<string?> WorkerStateDir() =>
        new("--state-dir") { Description = "The worker's state folder. Default: the only one with records in the usual place.", HelpName = "dir" };

    public static Option<double?> HeartbeatPause() => new("--heartbeat-pause")
    {
        Description = $"Silence after which a node is taken for dead, the same on all nodes; longer where machines stall. Default: {ClusterSettings.HeartbeatPause.TotalSeconds}.",
        HelpName = "seconds",
    };

    public static Argument<string> Run() => new("RUN") { Description = "The run's id, as submit and ls print it." };

    /// <summary>One value a use, any number of uses.</summary>
    public static Option<string[]> Many(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, CustomParser = result => [.. result.Tokens.Select(token => token.Value)], Arity = ArgumentArity.OneOrMore };

    /// <summary>A whole number within a range; anything else is an error of the command line.</summary>
    public static Option<int?> Number(string name, string helpName, string description, int least, int most)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && (value < least || value > most))
                result.AddError($"{name} is {value}: it must be from {least} to {most}.");
        });
        return option;
    }
}
