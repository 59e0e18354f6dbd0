using System.Net;
using System.Net.Sockets;

namespace Federated.Cli.Tests.Hosting;

internal static class ClosedPort
{
    /// <summary>A port that was free a moment ago, and on which nobody listens.</summary>
    public static int Any()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
