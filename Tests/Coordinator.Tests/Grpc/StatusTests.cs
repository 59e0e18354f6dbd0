using Federated.Coordinator.Grpc;
using Federated.V1;
using Federated.Wire;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace Federated.Coordinator.Tests.Grpc;

public sealed class StatusTests
{
    [Fact]
    public async Task Unforeseen_error_is_logged_once_and_tells_the_client_nothing_of_the_inside()
    {
        await using var server = await GrpcServer.StartAsync(_ => new Akka.Actor.Status.Failure(new InvalidOperationException("the inside")));

        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Api.ListAsync(new ListRequest()));

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.DoesNotContain("inside", error.Status.Detail);
        Assert.Contains("the inside", Assert.Single(server.Logged.Errors));
    }

    [Fact]
    public async Task Actor_that_does_not_answer_is_unavailable()
    {
        await using var server = await GrpcServer.StartAsync(_ => null, new TransferLimits(1024, 1) { Ask = TimeSpan.FromMilliseconds(100) });

        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Api.ListAsync(new ListRequest()));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Empty(server.Logged.Errors);
    }

    [Fact]
    public async Task Node_without_the_runs_is_unavailable_and_says_why()
    {
        await using var server = await GrpcServer.StartAsync(_ => null, active: false);

        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Api.ListAsync(new ListRequest()));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Contains("not the active one", error.Status.Detail);
        Assert.Null(ActiveTrailer.Read(error.Trailers));
    }

    [Fact]
    public async Task Standby_says_where_the_active_node_is_in_words_and_in_a_trailer()
    {
        await using var server = await GrpcServer.StartAsync(Elsewhere, active: false);

        var listed = await Assert.ThrowsAsync<RpcException>(async () => await server.Api.ListAsync(new ListRequest()));
        using var watch = server.Api.Watch(new WatchRequest { Run = "run-1" });
        var watched = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(CancellationToken.None));

        Assert.All([listed, watched], error =>
        {
            Assert.Equal(StatusCode.Unavailable, error.StatusCode);
            Assert.Equal("This coordinator node is not the active one; the active one is at http://active.example:5600", error.Status.Detail);
            Assert.Equal("http://active.example:5600", error.Trailers.GetValue("federated-active"));
        });
        Assert.Empty(server.Logged.Errors);
    }

    [Fact]
    public async Task Transfers_to_a_standby_are_unavailable_so_that_workers_try_again()
    {
        await using var server = await GrpcServer.StartAsync(Elsewhere, active: false);
        using var download = server.Transfer.Download(new DownloadRequest { Run = "run-1", Sha256 = "x" });

        RpcException[] errors =
        [
            await Assert.ThrowsAsync<RpcException>(() => download.ResponseStream.MoveNext(CancellationToken.None)),
            await Assert.ThrowsAsync<RpcException>(() => Uploads.SendAsync(server.Transfer, Uploads.Whole(Uploads.Header(), Uploads.Values))),
        ];

        Assert.All(errors, error => Assert.Equal((StatusCode.Unavailable, "http://active.example:5600"), (error.StatusCode, error.Trailers.GetValue("federated-active"))));
    }

    [Fact]
    public async Task Address_of_the_active_node_is_asked_for_once_a_second_however_many_want_it()
    {
        var time = new FakeTimeProvider();
        await using var server = await GrpcServer.StartAsync(Elsewhere, active: false, time: time);
        Task<RpcException> ListAsync() => Assert.ThrowsAsync<RpcException>(async () => await server.Api.ListAsync(new ListRequest()));

        await Task.WhenAll(ListAsync(), ListAsync(), ListAsync());
        Assert.IsType<Locate>(Assert.Single(server.ToldSoFar()));
        time.Advance(TimeSpan.FromSeconds(0.9));
        await ListAsync();
        Assert.Empty(server.ToldSoFar());
        time.Advance(TimeSpan.FromSeconds(0.1));
        await ListAsync();
        Assert.IsType<Locate>(Assert.Single(server.ToldSoFar()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("active.example:5600")]
    [InlineData("ftp://active.example")]
    [InlineData("http://äctive.example:5600")]
    public async Task Address_that_no_client_could_use_is_not_passed_on(string address)
    {
        await using var server = await GrpcServer.StartAsync(message => message is Locate ? new Located { Address = address } : null, active: false);

        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Api.ListAsync(new ListRequest()));

        Assert.Equal((StatusCode.Unavailable, null), (error.StatusCode, error.Trailers.GetValue("federated-active")));
    }

    [Fact]
    public async Task Message_above_the_limit_exhausts_the_resource()
    {
        await using var server = await GrpcServer.StartAsync(_ => null);

        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Api.SubmitAsync(new SubmitRequest { JobYaml = new string('#', 5 << 20) }));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    private static object? Elsewhere(object message) => message is Locate ? new Located { Address = "http://active.example:5600" } : null;
}
