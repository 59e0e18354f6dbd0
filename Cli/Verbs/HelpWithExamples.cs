using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Federated.Cli.Verbs;

/// <summary>The usual help, then command lines to start from.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private static readonly (string, string)[] FirstSteps =
    [
        ("federated run", "train a small network on ten clients, here and now"),
        ("federated run my-job.yaml --set federation.rounds=3", "run a job of your own"),
        ("federated COMMAND --help", "everything about a command"),
    ];

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        var examples = command is Verb verb ? verb.Examples : command is RootCommand ? FirstSteps : [];
        if (examples.Count == 0) return code;
        output.WriteLine("Examples:");
        foreach (var (line, meaning) in examples) output.WriteLine($"  {line}\n      {meaning}");
        return code;
    }
}
