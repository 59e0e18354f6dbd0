using Federated.V1;
using Grpc.Core;

namespace Federated.Worker.Grpc;

/// <summary>A stream on a gRPC call. The call's cancellation ends it.</summary>
/// <param name="call">Belongs to the stream.</param>
internal sealed class MaskingStream(AsyncDuplexStreamingCall<MaskingAnswer, MaskingStep> call) : IMaskingStream
{
    public async Task SendAsync(MaskingAnswer answer)
    {
        try
        {
            await call.RequestStream.WriteAsync(answer);
        }
        catch (InvalidOperationException e)
        {
            // The coordinator has ended the call. Whoever opens it again hears why.
            throw new RpcException(new Status(StatusCode.Unavailable, $"The coordinator has ended the stream: {e.Message}"));
        }
    }

    public async Task<MaskingStep?> NextAsync() => await call.ResponseStream.MoveNext(CancellationToken.None) ? call.ResponseStream.Current : null;

    public void Dispose() => call.Dispose();
}
