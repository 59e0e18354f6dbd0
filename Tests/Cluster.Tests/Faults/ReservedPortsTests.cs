using System.Net;
using System.Net.Sockets;

namespace Federated.Cluster.Tests.Faults;

public sealed class ReservedPortsTests
{
    [Fact]
    public async Task Port_is_refused_while_it_is_held_and_can_be_bound_once_it_is_let_go()
    {
        using var ports = new ReservedPorts();
        var port = ports.Take();
        using var early = new TcpClient();
        var error = await Assert.ThrowsAsync<SocketException>(() => early.ConnectAsync(IPAddress.Loopback, port));

        ports.Release(port);
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);

        Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
        Assert.False(ports.TryHold(port));   // somebody listens
    }

    [Fact]
    public async Task Port_is_held_again_after_its_process_ended_with_connections_open()
    {
        using var ports = new ReservedPorts();
        var port = ports.Take();
        for (var life = 0; life < 3; life++)
        {
            ports.Release(port);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            using var server = await listener.AcceptSocketAsync();
            listener.Stop();
            server.Dispose();   // the side that closes first keeps the port in TIME_WAIT

            Assert.True(ports.TryHold(port));
        }
    }

    [Fact]
    public void Ports_are_never_handed_out_twice_even_while_they_are_let_go()
    {
        using var ports = new ReservedPorts();
        var taken = new HashSet<int>();
        for (var i = 0; i < 200; i++)
        {
            var port = ports.Take();
            Assert.True(taken.Add(port));
            ports.Release(port);
        }
    }

    [Fact]
    public void Port_of_somebody_else_is_refused()
    {
        using var ports = new ReservedPorts();

        Assert.Throws<ArgumentException>(() => ports.Release(1));
    }
}
