using Federated.V1;
using Grpc.Core;

namespace Federated.Worker.Grpc;

/// <summary>A stream on a gRPC call. The call's cancellation ends it.</summary>
/// <param name="call">Belongs to the stream.</param>
internal sealed class MaskingStream(AsyncDuplexStreamingCall<MaskingAnswer, MaskingStep> call) : IMaskingStream
{
    public Task SendAsync(MaskingAnswer answer) => call.RequestStream.WriteAsync(answer);

    public async Task<MaskingStep?> NextAsync() => await call.ResponseStream.MoveNext(CancellationToken.None) ? call.ResponseStream.Current : null;

    public void Dispose() => call.Dispose();
}
