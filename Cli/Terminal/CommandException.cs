namespace Federated.Cli.Terminal;

/// <summary>Ends the command with an exit code and a message for people.</summary>
/// <param name="exitCode">One of <see cref="Core.ExitCodes"/>.</param>
/// <param name="message">What is wrong and where.</param>
/// <param name="remedy">What to do about it; null for the exit code's own remedy, "" where the message says it.</param>
/// <param name="inner">The cause, shown with --verbose.</param>
internal sealed class CommandException(int exitCode, string message, string? remedy = null, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;

    public string? Remedy { get; } = remedy;
}
