using System.Net.Sockets;
using Federated.Cli.Terminal;
using Federated.Core;
using Grpc.Core;

namespace Federated.Cli.Client;

/// <summary>Says in the user's words why a coordinator did not do what it was asked.</summary>
internal sealed class CoordinatorFaults(Uri address)
{
    public async Task<T> TranslateAsync<T>(Task<T> call, CancellationToken cancellation, string run = "")
    {
        try
        {
            return await call;
        }
        catch (RpcException e)
        {
            throw Translate(e, cancellation, run);
        }
    }

    public Exception Translate(RpcException fault, CancellationToken cancellation, string run)
    {
        if (cancellation.IsCancellationRequested) return new OperationCanceledException(fault.Message, fault, cancellation);
        var at = address.GetLeftPart(UriPartial.Authority);
        var detail = fault.Status.Detail;
        return fault.StatusCode switch
        {
            StatusCode.NotFound => new CommandException(ExitCodes.Usage, $"There is no run '{run}' at {at}; `federated ls` lists those that there are.", remedy: "", fault),
            StatusCode.InvalidArgument => new CommandException(ExitCodes.Usage, detail, inner: fault),
            StatusCode.FailedPrecondition => new CommandException(ExitCodes.Failure, detail, remedy: "", fault),
            StatusCode.DeadlineExceeded => Unreachable($"The coordinator at {at} did not answer in time.", fault),
            StatusCode.Unavailable when SocketErrorOf(fault) is { } reason => Unreachable($"No coordinator answers at {at} ({reason}).", fault),
            StatusCode.Unavailable => Unreachable($"The coordinator at {at} is not available: {detail}", fault),
            StatusCode.Unimplemented => Unreachable($"What answers at {at} is no coordinator of this version.", fault),
            _ => new CommandException(ExitCodes.Failure, $"The coordinator at {at} could not do it: {detail}", inner: fault),
        };
    }

    private static CommandException Unreachable(string message, Exception inner) => new(ExitCodes.CoordinatorUnreachable, message, inner: inner);

    // null where the other side was reached and said itself that it is not available.
    private static string? SocketErrorOf(RpcException fault)
    {
        for (Exception? cause = fault.Status.DebugException; cause is not null; cause = cause.InnerException)
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
        return fault.Status.DebugException is HttpRequestException http ? http.Message : null;
    }
}
