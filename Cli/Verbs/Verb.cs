using System.CommandLine;
using Federated.Cli.Terminal;

namespace Federated.Cli.Verbs;

/// <summary>One verb of the command, with examples for its help.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string description, CommandEnvironment environment) : base(name, description)
    {
        Environment = environment;
        SetAction(RunAsync);
    }

    /// <summary>Command lines that work, each with what it does.</summary>
    public abstract IReadOnlyList<(string CommandLine, string Meaning)> Examples { get; }

    protected CommandEnvironment Environment { get; }

    /// <summary>Does it.</summary>
    /// <returns>The exit code.</returns>
    protected abstract Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt);

    /// <summary>Writes one JSON value as one line to standard output.</summary>
    protected Task PrintJsonAsync<T>(T value) => Environment.Output.WriteLineAsync(Results.ResultJson.Line(value));
}
