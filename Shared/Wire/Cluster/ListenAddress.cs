using System.Net;
using System.Net.Sockets;

namespace Federated.Wire.Cluster;

/// <summary>Turns the host option into an address to bind, and asks whether its ports are free.</summary>
public static class ListenAddress
{
    /// <summary>The address to bind for a host option: a name, an address, or * for every address.</summary>
    /// <exception cref="NodeOptionsException">The name has no address.</exception>
    public static async Task<IPAddress> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (host is "*" or "+") return IPAddress.IPv6Any;
        if (IPAddress.TryParse(host, out var address)) return address;
        try
        {
            var found = await Dns.GetHostAddressesAsync(host, cancellationToken);
            // IPv4 first: Akka.Remote binds what it resolves in the same order, and both ports should be on one address.
            return found.OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).First();
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            throw new NodeOptionsException([$"host is '{host}', which has no address here: give a name or address of this machine."]);
        }
    }

    /// <summary>Binds and frees the port. Asking first gives one clear line; Akka.Remote would log an error with its stack before it throws.</summary>
    /// <param name="address">Where to bind.</param>
    /// <param name="host">The host option that the address came from, for messages.</param>
    /// <param name="port">The port; 0, which is always free, is not asked for.</param>
    /// <param name="option">The option that chooses the port, for messages.</param>
    /// <exception cref="PortInUseException">Somebody listens on it.</exception>
    /// <exception cref="NodeOptionsException">The address is not one of this machine, or the port is not allowed to this user.</exception>
    public static void Probe(IPAddress address, string host, int port, string option)
    {
        if (port == 0) return;
        using var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new PortInUseException(host, port, option, e);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            throw new NodeOptionsException(
                [$"host is '{host}' ({address}), which is no address of this machine: give one that is, or 0.0.0.0 with public-host."]);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new NodeOptionsException([$"{option} is {port}, which this user may not listen on: choose one above 1023."]);
        }
    }
}
