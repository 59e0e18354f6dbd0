using System.CommandLine;
using System.CommandLine.Invocation;
using Federated.Cli.Terminal;
using Federated.Cli.Verbs;
using Federated.Core;

namespace Federated.Cli;

/// <summary>The command <c>federated</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        using var interrupts = new Interrupts();
        return await RunAsync(args, CommandEnvironment.OfProcess(interrupts.Token));
    }

    /// <summary>Runs one command line. Never throws: every fault becomes a sentence on <see cref="CommandEnvironment.Error"/> and an exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CommandEnvironment environment)
    {
        var root = FederatedCommand.Build(environment);
        // A leading @ has no meaning of its own: folders and values may start with one.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var invocation = new InvocationConfiguration
        {
            Output = parsed.Action is ParseErrorAction ? environment.Error : environment.Output,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        if (parsed.Action is ParseErrorAction wrong)
        {
            wrong.ShowHelp = false;
            await parsed.InvokeAsync(invocation);
            await environment.Error.WriteLineAsync($"Try '{FederatedCommand.PathOf(parsed.CommandResult)} --help'.");
            return ExitCodes.Usage;
        }
        try
        {
            return await parsed.InvokeAsync(invocation, environment.Interrupt);
        }
        catch (Exception e)
        {
            return Faults.Report(e, environment, verbose: parsed.GetValue(SharedOptions.Verbose));
        }
    }
}
