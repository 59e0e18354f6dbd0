using Federated.V1;
using Federated.Wire.Streams;
using Grpc.Core;

namespace Federated.Wire.Tests.Streams;

/// <summary>What becomes of an upload whose writes fail; the calls are the test's.</summary>
public sealed class UploadSenderTests
{
    private static readonly Verdict Accepted = new() { Detail = "taken" };

    [Fact]
    public async Task An_answer_that_the_transport_lost_with_the_connection_is_asked_for_again()
    {
        var calls = new Calls(new(new IOException("broken pipe"), Task.FromException<Verdict>(Broken())), new(null, Task.FromResult(Accepted)));
        Assert.Equal(Accepted, await SendAsync(calls));
        Assert.Equal(2, calls.Begun);
    }

    // HttpClient may have begun the request anew, on a connection that nobody feeds: its answer never comes.
    [Fact]
    public async Task An_answer_that_never_follows_a_failed_write_is_not_waited_for()
    {
        var calls = new Calls(new(new RpcException(new Status(StatusCode.Cancelled, "")), new TaskCompletionSource<Verdict>().Task), new(null, Task.FromResult(Accepted)));
        Assert.Equal(Accepted, await SendAsync(calls));
        Assert.Equal(2, calls.Begun);
    }

    [Fact]
    public async Task An_answer_ends_a_write_that_waits_for_room()
    {
        var calls = new Calls(new Call(null, Task.FromResult(Accepted)) { Stuck = true });
        Assert.Equal(Accepted, await SendAsync(calls));
        Assert.Equal(1, calls.Begun);
    }

    [Fact]
    public async Task A_second_connection_that_breaks_as_well_is_the_callers_to_mend()
    {
        Call broken = new(new IOException("broken pipe"), Task.FromException<Verdict>(Broken()));
        var calls = new Calls(broken, broken, new(null, Task.FromResult(Accepted)));
        var error = await Assert.ThrowsAsync<RpcException>(() => SendAsync(calls));
        Assert.Equal((StatusCode.Unavailable, 2), (error.StatusCode, calls.Begun));
    }

    [Fact]
    public async Task What_the_coordinator_says_after_a_failed_write_is_final()
    {
        var calls = new Calls(new Call(new RpcException(Status.DefaultCancelled), Task.FromException<Verdict>(new RpcException(new Status(StatusCode.Unavailable, "busy")))));
        Assert.Equal("busy", (await Assert.ThrowsAsync<RpcException>(() => SendAsync(calls))).Status.Detail);
        Assert.Equal(1, calls.Begun);
    }

    private static RpcException Broken() => new(new Status(StatusCode.Unavailable, "Error starting gRPC call.", new HttpRequestException("broken pipe")));

    private static Task<Verdict> SendAsync(Calls calls) => UploadSender.SendAsync(new Transfer.TransferClient(calls), UploadScript.Header(), UploadScript.Values, CancellationToken.None);

    /// <param name="Write">What writes fail with; null for none.</param>
    /// <param name="Answer">The response.</param>
    private sealed record Call(Exception? Write, Task<Verdict> Answer)
    {
        /// <value>Whether writes end with the call and not before.</value>
        public bool Stuck { get; init; }
    }

    /// <summary>Calls in their order.</summary>
    private sealed class Calls(params Call[] calls) : CallInvoker
    {
        public int Begun { get; private set; }

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
        {
            var (call, ended) = (calls[Begun++], new TaskCompletionSource());
            var write = call.Stuck ? ended.Task : call.Write is { } failure ? Task.FromException(failure) : Task.CompletedTask;
            return new(new Requests<TRequest>(write), (Task<TResponse>)(object)call.Answer, Task.FromResult(Metadata.Empty), () => Status.DefaultSuccess, () => Metadata.Empty,
                () => ended.TrySetException(new RpcException(Status.DefaultCancelled)));
        }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();
    }

    private sealed class Requests<T>(Task write) : IClientStreamWriter<T>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(T message) => write;

        public Task WriteAsync(T message, CancellationToken cancellationToken) => write;

        public Task CompleteAsync() => write;
    }
}
