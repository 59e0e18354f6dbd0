using System.Net.Sockets;
using Federated.Cli.Terminal;
using Federated.Core;
using Federated.Wire;
using Grpc.Core;

namespace Federated.Cli.Client;

/// <summary>Says in the user's words why a node of a coordinator did not do what it was asked.</summary>
/// <param name="Address">The node.</param>
/// <param name="Fault">What came instead of an answer.</param>
internal sealed record NodeFault(Uri Address, RpcException Fault)
{
    /// <summary>The node was not reached, got lost, or does not serve now: another one may, or this one later.</summary>
    public bool AnotherMayServe => Fault.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Unimplemented => true,
        // What a connection looks like that breaks in the middle of a call; a status that the node sent itself has no such exception.
        StatusCode.Internal or StatusCode.Unknown or StatusCode.Cancelled => Fault.Status.DebugException is not null,
        _ => false,
    };

    private string At => Address.GetLeftPart(UriPartial.Authority);

    /// <param name="cancellation">Of the call.</param>
    /// <param name="run">The run in question; "" for none.</param>
    public Exception Explain(CancellationToken cancellation, string run)
    {
        if (cancellation.IsCancellationRequested) return new OperationCanceledException(Fault.Message, Fault, cancellation);
        if (AnotherMayServe) return NobodyServes([this]);
        var detail = Fault.Status.Detail;
        return Fault.StatusCode switch
        {
            StatusCode.NotFound => new CommandException(
                ExitCodes.Usage, $"There is no run '{run}' at {At}; `federated ls` lists those that there are.", remedy: "", Fault),
            StatusCode.InvalidArgument => new CommandException(ExitCodes.Usage, detail, inner: Fault),
            StatusCode.FailedPrecondition => new CommandException(ExitCodes.Failure, detail, remedy: "", Fault),
            _ => new CommandException(ExitCodes.Failure, $"The coordinator at {At} could not do it: {detail}", inner: Fault),
        };
    }

    /// <summary>None of these nodes serves.</summary>
    /// <param name="faults">At least one.</param>
    public static CommandException NobodyServes(IReadOnlyList<NodeFault> faults)
    {
        var all = string.Join("; ", faults.Select(fault => $"{fault.At} {fault.Clause}"));
        var message = faults is [var only] ? only.Sentence : $"No coordinator serves: {all}.";
        return new CommandException(ExitCodes.CoordinatorUnreachable, message, inner: faults[^1].Fault);
    }

    private string Sentence => Fault.StatusCode switch
    {
        StatusCode.DeadlineExceeded => $"The coordinator at {At} did not answer in time.",
        StatusCode.Unimplemented => $"What answers at {At} is no coordinator of this version.",
        _ when Broken is { } reason => $"No coordinator answers at {At} ({reason}).",
        _ => $"The coordinator at {At} is not available: {Fault.Status.Detail}",
    };

    // Goes on after the address.
    private string Clause => Fault.StatusCode switch
    {
        StatusCode.DeadlineExceeded => "did not answer in time",
        StatusCode.Unimplemented => "is no coordinator of this version",
        _ when Broken is { } reason => $"does not answer ({reason})",
        _ when ActiveTrailer.Read(Fault.Trailers) is { } active => $"is a standby of {active.GetLeftPart(UriPartial.Authority)}",
        _ => $"says \"{Fault.Status.Detail.TrimEnd('.')}\"",
    };

    // null where the other side was reached and said itself that it is not available.
    private string? Broken
    {
        get
        {
            for (Exception? cause = Fault.Status.DebugException; cause is not null; cause = cause.InnerException)
            {
                if (cause is SocketException socket)
                {
                    return socket.SocketErrorCode switch
                    {
                        SocketError.ConnectionRefused => "connection refused",
                        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "no such host",
                        SocketError.TimedOut => "no answer",
                        SocketError.NetworkUnreachable or SocketError.HostUnreachable => "no route to it",
                        _ => socket.Message,
                    };
                }
                if (cause is TimeoutException or OperationCanceledException) return "no answer";
            }
            return Fault.Status.DebugException switch
            {
                null => null,
                HttpRequestException http => http.Message.TrimEnd('.'),
                _ => "the connection broke",
            };
        }
    }
}
