using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Federated.Cli.Terminal;

namespace Federated.Cli.Verbs;

/// <summary>The command with all its verbs.</summary>
internal static class FederatedCommand
{
    private const string Name = "federated";

    public static RootCommand Build(CommandEnvironment environment)
    {
        var root = new RootCommand("Federated training: a coordinator, workers that train where the data is, and runs.")
        {
            new RunVerb(environment),
            new CoordinatorVerb(environment),
            new WorkerVerb(environment),
            new SubmitVerb(environment),
            new ListVerb(environment),
            new ShowVerb(environment),
            new WatchVerb(environment),
            new PauseVerb(environment),
            new ResumeVerb(environment),
            new RetryVerb(environment),
            new StopVerb(environment),
            new ExportVerb(environment),
            new PredictVerb(environment),
            new Command("job", "Work with job files.") { new JobCheckVerb(environment) },
            new Command("data", "Work with data sets.") { new DataListVerb(environment), new DataGetVerb(environment), new DataInspectVerb(environment) },
            new Command("policy", "Work with policies of workers.") { new PolicyCheckVerb(environment) },
            new Command("audit", "Read the records of what left a worker.") { new AuditVerifyVerb(environment), new AuditShowVerb(environment) },
            SharedOptions.Verbose,
        };
        var help = root.Options.OfType<HelpOption>().Single();
        var examples = new HelpWithExamples((HelpAction)help.Action!);
        help.Action = examples;
        // A command that only groups others shows what it groups; unlike --help it does not hide errors of the command line.
        root.SetAction(examples.Invoke);
        foreach (var group in root.Subcommands.Where(command => command is not Verb)) group.SetAction(examples.Invoke);
        return root;
    }

    /// <summary>The words that lead to a command, as the user types them.</summary>
    public static string PathOf(CommandResult? result)
    {
        var words = new Stack<string>();
        for (SymbolResult? at = result; at is not null; at = at.Parent)
            if (at is CommandResult { Command: not RootCommand } command) words.Push(command.Command.Name);
        words.Push(Name);
        return string.Join(' ', words);
    }
}
