using Grpc.Core;

namespace Federated.Worker.Grpc;

/// <summary>Which failures of a call may pass by themselves.</summary>
internal static class TransferErrors
{
    /// <summary>True for a lost, slow, overloaded or restarting peer; false where every repetition must fail alike.</summary>
    public static bool MayPass(Exception error) => error switch
    {
        // Unknown and Internal are what a connection that breaks in the middle of a stream looks like.
        RpcException rpc => rpc.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted
            or StatusCode.Aborted or StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown,
        OperationCanceledException or IOException or HttpRequestException => true,
        _ => false,
    };

    /// <summary>The failure as the middle of a sentence.</summary>
    public static string Describe(Exception error) => error is RpcException rpc ? $"{rpc.StatusCode}: {rpc.Status.Detail}" : error.Message;
}
