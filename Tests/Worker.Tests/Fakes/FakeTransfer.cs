using System.Threading.Channels;
using Akka.Actor;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Streams;
using Federated.Worker.Grpc;
using Grpc.Core;
using Status = Grpc.Core.Status;

namespace Federated.Worker.Tests.Fakes;

/// <summary>An upload that waits for the test to answer.</summary>
internal sealed record UploadCall(string Address, UploadHeader Header, float[] Values, Answer<Verdict> Reply, CancellationToken Cancellation);

/// <summary>A report that waits for the test to answer.</summary>
internal sealed record ReportCall(string Address, TaskReport Report, Answer<Verdict> Reply);

/// <summary>A download that waits for the test to answer.</summary>
internal sealed record DownloadCall(string Run, ParametersRef Wanted, Answer<Received<ParameterVector>> Reply)
{
    public void Succeed(ParameterVector parameters) => Reply.Give(new(parameters, null));
}

/// <summary>A masked upload that waits for the test to answer.</summary>
internal sealed record MaskedUploadCall(UploadHeader Header, byte[] Packed, Answer<Verdict> Reply);

/// <summary>A client said something on its stream.</summary>
internal sealed record MaskingSaid(FakeMaskingStream Stream, MaskingAnswer Answer);

/// <summary>A stream whose coordinator is the test.</summary>
internal sealed class FakeMaskingStream(IActorRef observer, CancellationToken cancellation) : IMaskingStream
{
    private readonly Channel<Func<MaskingStep?>> _steps = Channel.CreateUnbounded<Func<MaskingStep?>>();

    public bool IsOver { get; private set; }

    public CancellationToken Cancellation => cancellation;

    /// <value>With what answers have left; until then they are on their way.</value>
    public Task Sending { get; set; } = Task.CompletedTask;

    public Task SendAsync(MaskingAnswer answer)
    {
        observer.Tell(new MaskingSaid(this, answer));
        return Sending;
    }

    public async Task<MaskingStep?> NextAsync() => (await _steps.Reader.ReadAsync(cancellation))();

    public void Give(MaskingStep? step) => _steps.Writer.TryWrite(() => step);

    public void Break() => Fail(new RpcException(new Status(StatusCode.Unavailable, "away")));

    public void Fail(Exception error) => _steps.Writer.TryWrite(() => throw error);

    public void Dispose() => IsOver = true;
}

/// <summary>Tells every call to an observer, who answers.</summary>
internal sealed class FakeTransfer(IActorRef observer) : ITransfer
{
    private volatile string _address = "";

    public void Connect(string address) => _address = address;

    public Task<Received<ParameterVector>> DownloadAsync(string run, ParametersRef parameters, ParameterSchema schema, CancellationToken cancellation) =>
        Ask<Received<ParameterVector>>(reply => new DownloadCall(run, parameters, reply));

    public Task<Verdict> UploadAsync(UploadHeader header, ReadOnlyMemory<float> values, CancellationToken cancellation) =>
        Ask<Verdict>(reply => new UploadCall(_address, header, values.ToArray(), reply, cancellation));

    public Task<Verdict> ReportAsync(TaskReport report, CancellationToken cancellation) => Ask<Verdict>(reply => new ReportCall(_address, report, reply));

    public Task<Verdict> UploadMaskedAsync(UploadHeader header, ReadOnlyMemory<byte> packed, CancellationToken cancellation) =>
        Ask<Verdict>(reply => new MaskedUploadCall(header, packed.ToArray(), reply));

    public IMaskingStream Join(CancellationToken cancellation)
    {
        var stream = new FakeMaskingStream(observer, cancellation);
        observer.Tell(stream);
        return stream;
    }

    private Task<T> Ask<T>(Func<Answer<T>, object> call)
    {
        var reply = new Answer<T>();
        observer.Tell(call(reply));
        return reply.Task;
    }
}
