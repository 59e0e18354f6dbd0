using System.Net;
using System.Net.Sockets;

namespace Federated.Cluster.Tests.Processes;

/// <summary>Ports for nodes that must know each other's address before they start.</summary>
internal static class FreePorts
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Taken = [];

    /// <summary>Different ports of loopback that are free now and were not handed out before, ascending. Thread-safe.</summary>
    public static int[] Take(int count)
    {
        lock (Gate)
        {
            var (listeners, ports) = (new List<TcpListener>(), new List<int>());
            while (ports.Count < count)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                listeners.Add(listener);
                var port = ((IPEndPoint)listener.LocalEndpoint).Port;
                if (Taken.Add(port)) ports.Add(port);
            }
            foreach (var listener in listeners) listener.Dispose();
            return [.. ports.Order()];
        }
    }
}
