using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Federated.Coordinator.Hosting;

/// <summary>Recognises a taken port among the exceptions of a failed start.</summary>
internal static class PortConflict
{
    /// <summary>True: the gRPC port; false: the cluster's; null: the error is another one.</summary>
    public static bool? In(Exception? error) => error switch
    {
        null => null,
        AddressInUseException => true,
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => false,
        AggregateException all => all.InnerExceptions.Select(In).FirstOrDefault(found => found is not null),
        _ => In(error.InnerException),
    };
}
