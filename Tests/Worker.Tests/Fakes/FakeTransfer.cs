using Akka.Actor;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Streams;
using Federated.Worker.Grpc;

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

/// <summary>Tells every call to an observer, who answers.</summary>
internal sealed class FakeTransfer(IActorRef observer) : ITransfer
{
    private volatile string _address = "";

    public void Connect(string address) => _address = address;

    public Task<Received<ParameterVector>> DownloadAsync(string run, ParametersRef parameters, ParameterSchema schema, CancellationToken cancellation) =>
        Ask<Received<ParameterVector>>(reply => new DownloadCall(run, parameters, reply));

    public Task<Verdict> UploadAsync(UploadHeader header, ReadOnlyMemory<float> values, CancellationToken cancellation) =>
        Ask<Verdict>(reply => new UploadCall(_address, header, values.ToArray(), reply, cancellation));

    public Task<Verdict> UploadMaskedAsync(UploadHeader header, ReadOnlyMemory<byte> packed, CancellationToken cancellation) =>
        throw new NotSupportedException("No test of this kit masks.");

    public IMaskingStream Join(CancellationToken cancellation) => throw new NotSupportedException("No test of this kit masks.");

    public Task<Verdict> ReportAsync(TaskReport report, CancellationToken cancellation) => Ask<Verdict>(reply => new ReportCall(_address, report, reply));

    private Task<T> Ask<T>(Func<Answer<T>, object> call)
    {
        var reply = new Answer<T>();
        observer.Tell(call(reply));
        return reply.Task;
    }
}
