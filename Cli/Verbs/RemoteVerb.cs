using System.CommandLine;
using Federated.Cli.Client;
using Federated.Cli.Terminal;

namespace Federated.Cli.Verbs;

/// <summary>A verb that asks a coordinator.</summary>
internal abstract class RemoteVerb(
    string name, string description, CommandEnvironment environment, string json = "Print JSON for programs instead of text for people.")
    : Verb(name, description, environment)
{
    private readonly Option<string?> _coordinator = SharedOptions.Coordinator();
    private readonly Option<bool> _json = SharedOptions.Json(json);

    /// <summary>Adds the verb's own options, then those that all such verbs have.</summary>
    protected void AddOptions(params Option[] own)
    {
        foreach (var option in own) Add(option);
        Add(_coordinator);
        Add(_json);
    }

    /// <summary>Asks the coordinator that the command line or the environment names.</summary>
    /// <exception cref="CommandException">What they name is no address.</exception>
    protected RunsClient Connect(ParseResult parsed) =>
        new(CoordinatorAddress.Resolve(parsed.GetValue(_coordinator), Environment.Variable), Environment);

    /// <summary>Whether JSON is wanted.</summary>
    protected bool WantsJson(ParseResult parsed) => parsed.GetValue(_json);
}
