using System.Diagnostics;
using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Streams;
using Federated.Worker.Grpc;

namespace Federated.FaultyWorker;

/// <summary>The data plane of a worker that dies at once, as by the kernel's out-of-memory killer, when the first of its clients comes to a phase of round 1.</summary>
/// <param name="inner">The real one.</param>
/// <param name="phase">train: before it advertises; share, mask or unmask: when it is asked for that.</param>
internal sealed class DyingTransfer(ITransfer inner, string phase) : ITransfer
{
    public void Connect(string address) => inner.Connect(address);

    public Task<Received<ParameterVector>> DownloadAsync(string run, ParametersRef parameters, ParameterSchema schema, CancellationToken cancellation) => inner.DownloadAsync(run, parameters, schema, cancellation);

    public Task<Verdict> UploadAsync(UploadHeader header, ReadOnlyMemory<float> values, CancellationToken cancellation) => inner.UploadAsync(header, values, cancellation);

    public Task<Verdict> UploadMaskedAsync(UploadHeader header, ReadOnlyMemory<byte> packed, CancellationToken cancellation) => inner.UploadMaskedAsync(header, packed, cancellation);

    public Task<Verdict> ReportAsync(TaskReport report, CancellationToken cancellation) => inner.ReportAsync(report, cancellation);

    public IMaskingStream Join(CancellationToken cancellation) => new DyingStream(inner.Join(cancellation), phase);

    private sealed class DyingStream(IMaskingStream inner, string phase) : IMaskingStream
    {
        private uint _round;

        public Task SendAsync(MaskingAnswer answer)
        {
            if (answer.Advertisement is { } advertisement) _round = advertisement.Id.Round;
            if (answer.AnswerCase == MaskingAnswer.AnswerOneofCase.Advertisement) DieAt("train");
            return inner.SendAsync(answer);
        }

        public async Task<MaskingStep?> NextAsync()
        {
            var step = await inner.NextAsync();
            if (step is not null) DieAt(step.StepCase.ToString().ToLowerInvariant());
            return step;
        }

        public void Dispose() => inner.Dispose();

        private void DieAt(string here)
        {
            if (here != phase || _round != 1) return;
            Process.GetCurrentProcess().Kill();
            // Nothing more may leave while the signal is on its way.
            new ManualResetEventSlim().Wait();
        }
    }
}
