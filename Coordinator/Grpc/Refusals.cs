using Federated.Wire.Mapping;
using Grpc.Core;

namespace Federated.Coordinator.Grpc;

/// <summary>Errors of callers, as statuses.</summary>
internal static class Refusals
{
    public static RpcException InvalidArgument(string detail) => new(new Status(StatusCode.InvalidArgument, detail));

    public static RpcException NotFound(string detail) => new(new Status(StatusCode.NotFound, detail));

    public static RpcException UnknownRun(string run) => NotFound($"There is no run '{run}'.");

    public static RpcException FailedPrecondition(string detail) => new(new Status(StatusCode.FailedPrecondition, detail));

    public static RpcException Unavailable(string detail) => new(new Status(StatusCode.Unavailable, detail));

    /// <exception cref="RpcException">INVALID_ARGUMENT: this cannot be a run's id.</exception>
    public static void CheckRun(string run)
    {
        if (TaskIds.CheckRun(run) is { } wrong) throw InvalidArgument(wrong);
    }
}
