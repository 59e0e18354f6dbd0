using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Cluster.Tests.Faults;

public sealed class LinkProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private LinkProxy _proxy = null!;

    public Task InitializeAsync()
    {
        _server.Start();
        _proxy = LinkProxy.Start(((IPEndPoint)_server.LocalEndpoint).Port, seed: 5, _time);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task Bytes_pass_in_both_directions_and_are_counted()
    {
        using var link = await ConnectAsync();
        var (up, down) = (RandomNumberGenerator.GetBytes(3_000_000), RandomNumberGenerator.GetBytes(2_000_000));

        var sending = Task.WhenAll(SendAsync(link.Client, up), SendAsync(link.Target, down));
        Assert.Equal(up, await ReceiveAsync(link.Target, up.Length));
        Assert.Equal(down, await ReceiveAsync(link.Client, down.Length));
        await sending;

        await _proxy.UntilAsync(counts => counts.Down.Passed == down.Length);
        Assert.Equal(new LinkCounts(1, 1, 1, 0, 0, new(up.Length, up.Length, 0), new(down.Length, down.Length, 0)), _proxy.Counts);
    }

    [Fact]
    public async Task End_of_stream_passes_one_direction_at_a_time()
    {
        using var link = await ConnectAsync();

        link.Client.Shutdown(SocketShutdown.Send);
        Assert.Empty(await ReceiveAsync(link.Target, 1));
        await SendAsync(link.Target, [1, 2]);
        Assert.Equal([1, 2], await ReceiveAsync(link.Client, 2));
        link.Target.Shutdown(SocketShutdown.Send);

        Assert.Empty(await ReceiveAsync(link.Client, 1));
        await _proxy.UntilAsync(counts => counts.Live == 0);
        Assert.Equal(0, _proxy.Counts.Resets);
    }

    [Fact]
    public async Task Reset_of_a_peer_reaches_the_other_one()
    {
        using var link = await ConnectAsync();

        LinkConnection.Abort(link.Target);

        Assert.Equal(SocketError.ConnectionReset, await ErrorOfAsync(link.Client));
    }

    [Fact]
    public async Task Delay_holds_bytes_for_its_latency_and_keeps_their_order()
    {
        using var link = await ConnectAsync();
        _proxy.Set(LinkFault.Delay(Second));

        await SendAsync(link.Client, [1]);
        await _proxy.UntilAsync(counts => counts.Up.Read == 1);
        _time.Advance(Second / 2);
        await SendAsync(link.Client, [2]);
        await _proxy.UntilAsync(counts => counts.Up.Read == 2);
        Assert.Equal(0, _proxy.Counts.Up.Passed);
        _time.Advance(Second / 2);
        Assert.Equal([1], await ReceiveAsync(link.Target, 1));
        await _proxy.UntilAsync(counts => counts.Up.Passed == 1);   // and not the second one
        _time.Advance(Second / 2);

        Assert.Equal([2], await ReceiveAsync(link.Target, 1));
    }

    [Fact]
    public async Task Jitter_adds_at_most_itself_and_never_reorders()
    {
        using var link = await ConnectAsync();
        _proxy.Set(LinkFault.Delay(Second, jitter: Second));

        for (byte piece = 0; piece < 20; piece++)
        {
            await SendAsync(link.Client, [piece]);
            await _proxy.UntilAsync(counts => counts.Up.Read == piece + 1);
        }
        _time.Advance(Second - TimeSpan.FromTicks(1));
        Assert.Equal(0, _proxy.Counts.Up.Passed);
        _time.Advance(Second + TimeSpan.FromTicks(1));

        Assert.Equal(Enumerable.Range(0, 20).Select(piece => (byte)piece), await ReceiveAsync(link.Target, 20));
    }

    [Fact]
    public async Task Healing_lets_delayed_bytes_go_at_once()
    {
        using var link = await ConnectAsync();
        _proxy.Set(LinkFault.Delay(TimeSpan.FromHours(1)));
        await SendAsync(link.Client, [7]);
        await _proxy.UntilAsync(counts => counts.Up.Read == 1);

        _proxy.Heal();

        Assert.Equal([7], await ReceiveAsync(link.Target, 1));
    }

    [Fact]
    public async Task Throttle_passes_its_rate_and_the_other_direction_is_free()
    {
        using var link = await ConnectAsync();
        _proxy.Set(new LinkFault { Up = new() { BytesPerSecond = 1000 } });
        await SendAsync(link.Client, new byte[1000]);

        for (var part = 1; part <= 20; part++)
        {
            await _proxy.UntilAsync(counts => counts.Up.Passed >= part * 50);
            Assert.Equal(part * 50, _proxy.Counts.Up.Passed);
            _time.Advance(TimeSpan.FromMilliseconds(50));
        }
        await SendAsync(link.Target, new byte[500_000]);

        Assert.Equal(500_000, (await ReceiveAsync(link.Client, 500_000)).Length);
    }

    [Fact]
    public async Task Black_hole_swallows_bytes_and_ends_while_connections_stay_up()
    {
        using var link = await ConnectAsync();
        _proxy.Set(LinkFault.BlackHole);

        await SendAsync(link.Client, new byte[5_000_000]);   // more than any buffer holds
        await SendAsync(link.Target, [1]);
        await _proxy.UntilAsync(counts => counts.Up.Lost == 5_000_000 && counts.Down.Lost == 1);
        var silence = ReceiveAsync(link.Target, 1);
        link.Client.Shutdown(SocketShutdown.Send);
        link.Target.Shutdown(SocketShutdown.Send);

        Assert.Equal((1, 0L, 0L), (_proxy.Counts.Live, _proxy.Counts.Up.Passed, _proxy.Counts.Down.Passed));
        Assert.False(silence.IsCompleted);
        _proxy.Heal();
        await Assert.ThrowsAsync<SocketException>(() => silence);   // a stream with a hole never goes on
        Assert.Equal(SocketError.ConnectionReset, await ErrorOfAsync(link.Client));
    }

    [Fact]
    public async Task Black_hole_of_one_direction_leaves_the_other_one_open()
    {
        using var link = await ConnectAsync();
        _proxy.Set(new LinkFault { Down = new() { Drop = true } });

        await SendAsync(link.Target, [1]);
        await _proxy.UntilAsync(counts => counts.Down.Lost == 1);
        await SendAsync(link.Client, [2]);

        Assert.Equal([2], await ReceiveAsync(link.Target, 1));
    }

    [Fact]
    public async Task Black_hole_that_swallowed_nothing_leaves_the_connection_whole()
    {
        using var link = await ConnectAsync();

        _proxy.Set(LinkFault.BlackHole);
        _proxy.Heal();
        await SendAsync(link.Client, [3]);

        Assert.Equal([3], await ReceiveAsync(link.Target, 1));
    }

    [Fact]
    public async Task Black_hole_hides_the_reset_of_a_peer()
    {
        using var link = await ConnectAsync();
        _proxy.Set(LinkFault.BlackHole);

        LinkConnection.Abort(link.Target);
        await SendAsync(link.Client, [1]);
        await _proxy.UntilAsync(counts => counts.Up.Lost == 1);

        Assert.Equal((1, 0), (_proxy.Counts.Live, _proxy.Counts.Resets));
    }

    [Fact]
    public async Task Stall_loses_nothing_and_holds_the_sender_up()
    {
        using var link = await ConnectAsync();
        _proxy.Set(LinkFault.Stall);
        var bytes = RandomNumberGenerator.GetBytes(20_000_000);

        var sending = SendAsync(link.Client, bytes);
        await _proxy.UntilAsync(counts => counts.Up.Read >= 16 << 10);
        Assert.False(sending.IsCompleted);
        Assert.Equal(new ByteCounts(_proxy.Counts.Up.Read, 0, 0), _proxy.Counts.Up);
        Assert.InRange(_proxy.Counts.Up.Read, 1, (1 << 20) + (32 << 10));
        _proxy.Heal();

        Assert.Equal(bytes, await ReceiveAsync(link.Target, bytes.Length));
        await sending;
    }

    [Fact]
    public async Task Reset_ends_both_sides_and_new_connections_until_it_is_healed()
    {
        using var link = await ConnectAsync();

        _proxy.Set(LinkFault.Reset);
        Assert.Equal(SocketError.ConnectionReset, await ErrorOfAsync(link.Client));
        Assert.Equal(SocketError.ConnectionReset, await ErrorOfAsync(link.Target));
        Assert.Equal(SocketError.ConnectionReset, await ErrorOfNewAsync(_proxy));
        (await _server.AcceptSocketAsync()).Dispose();
        _proxy.Heal();

        await AssertWorksAsync();
    }

    [Fact]
    public async Task Reset_of_the_live_connections_leaves_new_ones_alone()
    {
        using var link = await ConnectAsync();

        _proxy.SetLive(LinkFault.Reset);

        Assert.Equal(SocketError.ConnectionReset, await ErrorOfAsync(link.Client));
        await AssertWorksAsync();
    }

    [Fact]
    public async Task Half_open_connection_has_lost_its_target_and_the_client_does_not_know()
    {
        using var link = await ConnectAsync();

        _proxy.SetLive(LinkFault.CloseTarget);
        Assert.Empty(await ReceiveAsync(link.Target, 1));
        await SendAsync(link.Client, [1, 2, 3]);
        await _proxy.UntilAsync(counts => counts.Up.Lost == 3);

        Assert.Equal((1, 0), (_proxy.Counts.Live, _proxy.Counts.Resets));
        await AssertWorksAsync();
        _proxy.Heal();
        Assert.Equal(SocketError.ConnectionReset, await ErrorOfAsync(link.Client));
    }

    [Fact]
    public async Task Half_open_connection_has_lost_its_client_and_the_target_does_not_know()
    {
        using var link = await ConnectAsync();

        _proxy.Set(LinkFault.CloseClient);
        Assert.Empty(await ReceiveAsync(link.Client, 1));
        await SendAsync(link.Target, [1, 2, 3]);
        await _proxy.UntilAsync(counts => counts.Down.Lost == 3);

        Assert.Equal((1, 0), (_proxy.Counts.Live, _proxy.Counts.Resets));
    }

    [Fact]
    public async Task Refused_connections_fail_and_those_that_are_there_go_on()
    {
        using var link = await ConnectAsync();

        _proxy.Set(LinkFault.Refusing);
        Assert.Equal(SocketError.ConnectionRefused, await ErrorOfNewAsync(_proxy));
        await SendAsync(link.Client, [9]);
        Assert.Equal([9], await ReceiveAsync(link.Target, 1));
        _proxy.Heal();

        await AssertWorksAsync();
    }

    [Fact]
    public async Task One_connection_can_have_a_fault_of_its_own()
    {
        using var first = await ConnectAsync();
        var only = Assert.Single(_proxy.Connections);
        using var second = await ConnectAsync();

        only.Set(LinkFault.BlackHole);
        await SendAsync(first.Client, [1]);
        await SendAsync(second.Client, [2]);

        Assert.Equal([2], await ReceiveAsync(second.Target, 1));
        await _proxy.UntilAsync(counts => counts.Up.Lost == 1);
    }

    [Fact]
    public async Task Target_can_be_set_later_and_without_one_connections_are_reset()
    {
        await using var proxy = LinkProxy.Start();
        Assert.Equal(SocketError.ConnectionReset, await ErrorOfNewAsync(proxy));
        await proxy.UntilAsync(counts => counts is { Unreachable: 1, Resets: 1 });

        proxy.Target = ((IPEndPoint)_server.LocalEndpoint).Port;
        using var late = new TcpClient();
        await late.ConnectAsync(IPAddress.Loopback, proxy.Port);
        using var target = await _server.AcceptSocketAsync();
        await SendAsync(late.Client, [4]);

        Assert.Equal([4], await ReceiveAsync(target, 1));
    }

    private async Task<Link> ConnectAsync()
    {
        var before = _proxy.Counts.Opened;
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _proxy.Port);
        var target = await _server.AcceptSocketAsync();
        await _proxy.UntilAsync(counts => counts.Opened == before + 1);
        return new(client, target);
    }

    private async Task AssertWorksAsync()
    {
        using var link = await ConnectAsync();
        await SendAsync(link.Client, [42]);
        Assert.Equal([42], await ReceiveAsync(link.Target, 1));
    }

    private static async Task SendAsync(Socket socket, byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;) at += await socket.SendAsync(bytes.AsMemory(at));
    }

    // As many bytes as were asked for, or fewer when the stream ends.
    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        using var limit = new CancellationTokenSource(Signal.Patience);
        var (bytes, at) = (new byte[count], 0);
        while (at < count)
        {
            var read = await socket.ReceiveAsync(bytes.AsMemory(at), limit.Token);
            if (read == 0) break;
            at += read;
        }
        return bytes[..at];
    }

    private static async Task<SocketError> ErrorOfAsync(Socket socket)
    {
        var error = await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(socket, 1));
        return error.SocketErrorCode;
    }

    // A reset may come before the client has seen that it is connected.
    private static async Task<SocketError> ErrorOfNewAsync(LinkProxy proxy)
    {
        using var client = new TcpClient();
        var error = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            await client.ConnectAsync(IPAddress.Loopback, proxy.Port);
            await ReceiveAsync(client.Client, 1);
        });
        return error.SocketErrorCode;
    }

    private sealed record Link(TcpClient TcpClient, Socket Target) : IDisposable
    {
        public Socket Client => TcpClient.Client;

        public void Dispose()
        {
            TcpClient.Dispose();
            Target.Dispose();
        }
    }
}
