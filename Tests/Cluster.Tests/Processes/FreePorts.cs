using System.Net;
using System.Net.Sockets;

namespace Federated.Cluster.Tests.Processes;

/// <summary>Ports for nodes that must know each other's address before they start.</summary>
internal static class FreePorts
{
    /// <summary>Different ports of loopback that are free now, ascending.</summary>
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).Order()];
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }
}
