using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Federated.V1;
using Federated.Wire.Cluster;
using Federated.Wire.Link;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Federated.Worker.Tests.Fakes;

/// <summary>A Hello as the singleton got it, with its sender.</summary>
internal sealed record GotHello(Hello Hello, IActorRef Worker);

/// <summary>A real cluster node with the coordinator's role, whose singleton answers every Hello in the test's words and tells the test what workers
/// say.</summary>
internal sealed class CoordinatorNode : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly System.Threading.Channels.Channel<object> _said = System.Threading.Channels.Channel.CreateUnbounded<object>();

    /// <param name="answer">What the singleton says to a Hello.</param>
    /// <param name="port">Of the cluster link; 0 for any.</param>
    public CoordinatorNode(Func<Hello, object> answer, int port = 0)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddAkka(ClusterSettings.SystemName, akka => akka
            .AddHocon("akka.loglevel = OFF", HoconAddMode.Prepend)
            .AddHocon(ClusterSettings.Hocon, HoconAddMode.Prepend)
            .AddHocon(FederatedSerialization.Hocon, HoconAddMode.Prepend)
            .WithRemoting(new RemoteOptions { HostName = "127.0.0.1", Port = port, PublicHostName = "127.0.0.1" })
            .WithClustering(new ClusterOptions { Roles = [ClusterSettings.CoordinatorRole] })
            .WithSingleton<StandIn>(
                ClusterSettings.RunsSingleton,
                (_, _, _) => Props.Create(() => new StandIn(answer, _said.Writer)),
                new ClusterSingletonOptions { Role = ClusterSettings.CoordinatorRole },
                createProxyToo: false));
        _host = builder.Build();
    }

    public Akka.Cluster.Cluster Cluster { get; private set; } = null!;

    public string Seed { get; private set; } = "";

    public async Task<CoordinatorNode> StartAsync()
    {
        await _host.StartAsync();
        Cluster = Akka.Cluster.Cluster.Get(_host.Services.GetRequiredService<ActorSystem>());
        await Cluster.JoinAsync(Cluster.SelfAddress);
        Seed = $"{Cluster.SelfAddress.Host}:{Cluster.SelfAddress.Port}";
        return this;
    }

    /// <summary>The next thing of this kind that a worker says.</summary>
    public async Task<T> NextAsync<T>()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
            if (await _said.Reader.ReadAsync(limit.Token) is T found) return found;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class StandIn : ReceiveActor
    {
        public StandIn(Func<Hello, object> answer, System.Threading.Channels.ChannelWriter<object> said)
        {
            Receive<Hello>(hello =>
            {
                said.TryWrite(new GotHello(hello, Sender));
                Sender.Tell(answer(hello));
            });
            ReceiveAny(message => said.TryWrite(message));
        }
    }
}
