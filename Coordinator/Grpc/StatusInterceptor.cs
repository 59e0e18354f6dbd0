using Akka.Actor;
using Federated.Wire;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Status = Grpc.Core.Status;

namespace Federated.Coordinator.Grpc;

/// <summary>Turns every exception of a service into a status that tells the client what to do next, and nothing about the inside.
/// What was not foreseen is logged here, once.</summary>
internal sealed class StatusInterceptor(ILogger<StatusInterceptor> log, TimeProvider time) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try { return await continuation(request, context); }
        catch (Exception e) when (e is not RpcException) { throw Translate(e, context); }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try { return await continuation(requestStream, context); }
        catch (Exception e) when (e is not RpcException) { throw Translate(e, context); }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try { await continuation(request, responseStream, context); }
        catch (Exception e) when (e is not RpcException) { throw Translate(e, context); }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try { await continuation(requestStream, responseStream, context); }
        catch (Exception e) when (e is not RpcException) { throw Translate(e, context); }
    }

    private RpcException Translate(Exception error, ServerCallContext context)
    {
        // When the client has gone, reads and writes fail in several ways; none of them is news.
        var gone = context.CancellationToken.IsCancellationRequested
            && error is OperationCanceledException or IOException or InvalidOperationException;
        var (code, detail) = error switch
        {
            _ when gone && context.Deadline <= time.GetUtcNow().UtcDateTime => (StatusCode.DeadlineExceeded, "The call's deadline has passed."),
            _ when gone => (StatusCode.Cancelled, "The client ended the call."),
            OperationCanceledException => (StatusCode.Unavailable, "The coordinator is shutting down; try again."),
            NotActiveException => (StatusCode.Unavailable, error.Message),
            AskTimeoutException => (StatusCode.Unavailable, "The coordinator is too busy to answer; try again."),
            InvalidProtocolBufferException => (StatusCode.InvalidArgument, "A message could not be read: it does not follow the .proto files."),
            OutOfMemoryException => (StatusCode.ResourceExhausted, "The coordinator has no memory left for this; try again later."),
            _ => (StatusCode.Internal, "The coordinator failed; its log says why."),
        };
        if (code is StatusCode.Internal or StatusCode.ResourceExhausted) log.LogError(error, "{Method} failed.", context.Method);
        var trailers = error is NotActiveException { Active: { } active } ? ActiveTrailer.Write(active) : [];
        return new RpcException(new Status(code, detail), trailers);
    }
}
