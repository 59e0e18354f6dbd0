using System.Threading.Channels;
using Akka.Actor;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Federated.V1;
using Federated.Wire.Link;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Federated.Wire.Tests.Link;

/// <summary>Two nodes over loopback: Akka's own messages must not need the reflection serializer.</summary>
public sealed class ClusterLinkTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ActorSystem _coordinator = Node("coordinator");
    private readonly ActorSystem _worker = Node("worker");

    public async Task InitializeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var address = AkkaCluster.Get(_coordinator).SelfAddress;
        await AkkaCluster.Get(_coordinator).JoinAsync(address, patience.Token);
        await AkkaCluster.Get(_worker).JoinAsync(address, patience.Token);
        _coordinator.ActorOf(ClusterSingletonManager.Props(Props.Create(() => new RunsStandIn()), PoisonPill.Instance,
            ClusterSingletonManagerSettings.Create(_coordinator).WithRole("coordinator").WithSingletonName("runs")), "singletons");
    }

    public async Task DisposeAsync() => await Task.WhenAll(_worker.Terminate(), _coordinator.Terminate());

    [Fact]
    public async Task Hello_through_a_singleton_proxy_is_answered_across_nodes_and_a_dead_peer_is_noticed()
    {
        var proxy = Proxy();
        var answer = new Inbox(_worker);

        var welcome = await answer.AskAsync<Welcome>(proxy, new Hello { Worker = "w1", Session = "s1", Protocol = ProtocolVersion.Current });
        var session = answer.LastSender!;
        await answer.WatchAsync(session);
        session.Tell(new TaskAccepted { Id = new TaskId { Run = "end" } }, answer.Ref);
        var terminated = await answer.NextAsync<Terminated>();

        Assert.Equal("s1", welcome.Session);
        Assert.Equal(session, terminated.ActorRef);
        Assert.False(session.Path.Address.HasLocalScope);
    }

    [Fact]
    public async Task An_object_without_a_serializer_is_dropped_and_the_link_goes_on()
    {
        var proxy = Proxy();
        var answer = new Inbox(_worker);
        await answer.AskAsync<Welcome>(proxy, new Hello { Session = "s1" });
        var session = answer.LastSender!;

        session.Tell(new Version(1, 2), answer.Ref);
        session.Tell(new OpenRun { Run = "echo" }, answer.Ref);
        var next = await answer.NextAsync<OpenRun>();

        Assert.Equal("echo", next.Run);
    }

    private IActorRef Proxy() => _worker.ActorOf(ClusterSingletonProxy.Props("/user/singletons",
        ClusterSingletonProxySettings.Create(_worker).WithRole("coordinator").WithSingletonName("runs")));

    private static ActorSystem Node(string role) => ActorSystem.Create("federated", ConfigurationFactory.ParseString(FederatedSerialization.Hocon).WithFallback($$"""
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.actor.provider = cluster
        akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        akka.cluster.roles = [{{role}}]
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        """).WithFallback(ClusterSingleton.DefaultConfig()));

    private sealed class RunsStandIn : ReceiveActor
    {
        public RunsStandIn()
        {
            Receive<Hello>(hello => Sender.Tell(new Welcome { Session = hello.Session }, Context.ActorOf(Props.Create(() => new SessionStandIn()))));
        }
    }

    private sealed class SessionStandIn : ReceiveActor
    {
        public SessionStandIn()
        {
            Receive<TaskAccepted>(_ => Context.Stop(Self));
            Receive<OpenRun>(open => Sender.Tell(open));
        }
    }

    /// <summary>An actor's mailbox as a queue that a test awaits.</summary>
    private sealed class Inbox
    {
        private readonly Channel<(object Message, IActorRef Sender)> _messages = Channel.CreateUnbounded<(object, IActorRef)>();

        public Inbox(ActorSystem system) => Ref = system.ActorOf(Props.Create(() => new Collector(_messages.Writer)));

        public IActorRef Ref { get; }

        public IActorRef? LastSender { get; private set; }

        public async Task<T> AskAsync<T>(IActorRef target, object question)
        {
            target.Tell(question, Ref);
            return await NextAsync<T>();
        }

        public async Task WatchAsync(IActorRef target)
        {
            Ref.Tell(target);
            await NextAsync<Watching>();
        }

        public async Task<T> NextAsync<T>()
        {
            using var patience = new CancellationTokenSource(Patience);
            var (message, sender) = await _messages.Reader.ReadAsync(patience.Token);
            LastSender = sender;
            return Assert.IsType<T>(message);
        }

        private sealed record Watching;

        private sealed class Collector : ReceiveActor
        {
            public Collector(ChannelWriter<(object, IActorRef)> messages)
            {
                Receive<IActorRef>(target =>
                {
                    Context.Watch(target);
                    messages.TryWrite((new Watching(), Self));
                });
                ReceiveAny(message => messages.TryWrite((message, Sender)));
            }
        }
    }
}
