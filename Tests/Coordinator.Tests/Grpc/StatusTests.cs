using Federated.Coordinator.Grpc;
using Federated.V1;
using Grpc.Core;

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
    }

    [Fact]
    public async Task Message_above_the_limit_exhausts_the_resource()
    {
        await using var server = await GrpcServer.StartAsync(_ => null);

        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Api.SubmitAsync(new SubmitRequest { JobYaml = new string('#', 5 << 20) }));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }
}
