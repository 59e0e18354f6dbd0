using Akka.Actor;
using Federated.Core.Parameters;
using Federated.Wire.Streams;
using Federated.Worker.Actors;
using Federated.Worker.Tests.Fakes;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Federated.Worker.Tests.Actors;

public sealed class ParameterCacheActorTests : WorkerTestKit
{
    private static readonly ParameterSchema Wider = new([new TensorSpec("w", [2, 2]), new TensorSpec("control/w", [2, 2])]);
    private static readonly Received<ParameterVector> Corrupt = new(null, "Their SHA-256 is another.");

    private readonly IActorRef _cache;

    public ParameterCacheActorTests()
    {
        Timings = Timings with { FetchTries = 3 };
        _cache = Sys.ActorOf(ParameterCacheActor.Props(Run, [FakeEngine.TheSchema, Wider], Transfer, Timings));
    }

    [Fact]
    public void Many_clients_at_once_cause_one_download()
    {
        var clients = Enumerable.Range(0, 20).Select(_ => CreateTestProbe()).ToArray();
        foreach (var client in clients) _cache.Tell(new GetParameters(GlobalRef), client);
        AwaitHandled(_cache);

        AnswerDownload();

        foreach (var client in clients) Assert.Same(Global, client.ExpectMsg<ParametersReady>().Parameters);
        Assert.False(Network.HasMessages);
    }

    [Fact]
    public void Client_that_comes_later_gets_the_kept_parameters()
    {
        Get(Global);

        _cache.Tell(new GetParameters(GlobalRef));

        ExpectMsg<ParametersReady>();
        Assert.False(Network.HasMessages);
    }

    [Fact]
    public void Only_the_parameters_asked_for_last_and_before_are_kept()
    {
        var (first, second, third) = (Vector(1), Vector(2), Vector(3));
        Get(first);
        Get(second);
        Get(third);

        _cache.Tell(new GetParameters(Reference(second)));
        Assert.Same(second, ExpectMsg<ParametersReady>().Parameters);
        _cache.Tell(new GetParameters(Reference(first)));

        Assert.Equal(first.Hash, Network.ExpectMsg<DownloadCall>().Wanted.Sha256);
    }

    [Fact]
    public void What_the_algorithm_sends_beside_the_model_is_fetched_with_it()
    {
        Get(Global);
        Get(new(Wider, [1, 2, 3, 4, 5, 6, 7, 8]));
    }

    [Fact]
    public void Corrupt_parameters_are_fetched_again_and_then_reported()
    {
        _cache.Tell(new GetParameters(GlobalRef));

        foreach (var pause in (double[])[0.1, 0.2])
        {
            Network.ExpectMsg<DownloadCall>().Reply.Give(Corrupt);
            AwaitHandled(_cache);
            Advance(pause);
        }
        Network.ExpectMsg<DownloadCall>().Reply.Give(Corrupt);

        Assert.Equal("The parameters could not be fetched in 3 tries: Their SHA-256 is another.", ExpectMsg<ParametersFailed>().Reason);
    }

    [Fact]
    public void Lost_connection_is_tried_again_and_then_succeeds()
    {
        _cache.Tell(new GetParameters(GlobalRef));
        Network.ExpectMsg<DownloadCall>().Reply.Fail(new RpcException(new Status(StatusCode.Unavailable, "away")));
        AwaitHandled(_cache);
        Advance(0.1);

        AnswerDownload();

        ExpectMsg<ParametersReady>();
    }

    [Fact]
    public void Parameters_that_failed_are_fetched_anew_for_the_next_who_asks()
    {
        Corrupt_parameters_are_fetched_again_and_then_reported();

        Get(Global);
    }

    [Fact]
    public void Coordinator_that_is_back_is_asked_at_once_and_with_all_tries()
    {
        _cache.Tell(new GetParameters(GlobalRef));
        Network.ExpectMsg<DownloadCall>().Reply.Give(Corrupt);
        AwaitHandled(_cache);

        _cache.Tell(Reattached.Instance);
        foreach (var pause in (double[])[0.1, 0.2])
        {
            Network.ExpectMsg<DownloadCall>().Reply.Give(Corrupt);
            AwaitHandled(_cache);
            Advance(pause);
        }
        AnswerDownload();

        ExpectMsg<ParametersReady>();
    }

    [Fact]
    public void Fetching_is_not_given_up_while_no_coordinator_is_there()
    {
        _cache.Tell(new GetParameters(GlobalRef));
        _cache.Tell(Detached.Instance);
        foreach (var pause in (double[])[0.1, 0.2, 0.4, 0.8, 1.6])
        {
            Network.ExpectMsg<DownloadCall>().Reply.Fail(new RpcException(new Status(StatusCode.Unavailable, "away")));
            AwaitHandled(_cache);
            Advance(pause);
        }

        Network.ExpectMsg<DownloadCall>().Succeed(Global);

        ExpectMsg<ParametersReady>();
    }

    [Fact]
    public void Parameters_of_another_schema_fail_without_a_download()
    {
        var foreign = GlobalRef.Clone();
        foreign.SchemaHash = new string('0', 64);

        _cache.Tell(new GetParameters(foreign));

        Assert.Contains("another schema", ExpectMsg<ParametersFailed>().Reason);
        Assert.False(Network.HasMessages);
    }

    private void Get(ParameterVector parameters)
    {
        _cache.Tell(new GetParameters(Reference(parameters)));
        Network.ExpectMsg<DownloadCall>().Succeed(parameters);
        Assert.Same(parameters, ExpectMsg<ParametersReady>().Parameters);
    }

    private static ParameterVector Vector(float value) => new(FakeEngine.TheSchema, [value, value, value, value]);
}
