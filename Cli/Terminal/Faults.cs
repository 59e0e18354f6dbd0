using Federated.Coordinator.Hosting;
using Federated.Core;
using Federated.Engine;
using Federated.Wire.Cluster;
using Federated.Worker.Governance.Records;

namespace Federated.Cli.Terminal;

/// <summary>Turns whatever ended a command into a message and an exit code.</summary>
internal static class Faults
{
    /// <summary>Writes what is wrong and what to do; the stack trace only when asked for.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception fault, CommandEnvironment environment, bool verbose)
    {
        var cause = fault is AggregateException { InnerExceptions: [var only] } ? only : fault;
        var (code, message, remedy) = Explain(cause, environment.Interrupt.IsCancellationRequested);
        if (message.Length > 0) environment.Error.WriteLine($"federated: {message}{(remedy.Length == 0 || message.EndsWith('\n') ? "" : " ")}{remedy}");
        if (verbose && code != ExitCodes.Interrupted) environment.Error.WriteLine(cause);
        return code;
    }

    private static (int Code, string Message, string Remedy) Explain(Exception fault, bool interrupted) => fault switch
    {
        CommandException known => (known.ExitCode, known.Message, known.Remedy ?? ExitCodes.Remedy(known.ExitCode)),
        OperationCanceledException when interrupted => (ExitCodes.Interrupted, "Interrupted.", ""),
        PortInUseException => (ExitCodes.AddressInUse, fault.Message, ""),
        NodeOptionsException options => (ExitCodes.Usage, string.Join(" ", options.Errors), ExitCodes.Remedy(ExitCodes.Usage)),
        JournalDamagedException => (ExitCodes.JournalDamaged, fault.Message, ""),
        RecordBrokenException => (ExitCodes.RecordBroken, fault.Message, ""),
        EngineException engine => (ExitCodes.Failure, engine.Message, ""),
        IOException or UnauthorizedAccessException => (ExitCodes.Failure, fault.Message, ""),
        _ => (ExitCodes.Failure, $"{fault.GetType().Name}: {fault.Message}", ExitCodes.Remedy(ExitCodes.Failure)),
    };
}
