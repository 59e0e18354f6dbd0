using Federated.Core.Parameters;
using Federated.Core.Privacy.Governance;
using Federated.V1;
using Federated.Wire.Streams;
using Federated.Worker.Grpc;
using Federated.Worker.Tasks;

namespace Federated.Worker.Governance;

/// <summary>The data plane behind a policy: what may not be told is taken out or refused, and what leaves is let go by the gate first. Thread-safe.</summary>
/// <param name="inner">The data plane.</param>
/// <param name="gate">Spends and writes down.</param>
/// <param name="policy">What may be told.</param>
internal sealed class GuardedTransfer(ITransfer inner, PolicyGate gate, DisclosurePolicy policy) : ITransfer
{
    private volatile string _address = "";

    public void Connect(string address)
    {
        _address = address;
        inner.Connect(address);
    }

    public Task<Received<ParameterVector>> DownloadAsync(string run, ParametersRef parameters, ParameterSchema schema, CancellationToken cancellation) =>
        inner.DownloadAsync(run, parameters, schema, cancellation);

    public async Task<Verdict> UploadAsync(UploadHeader header, ReadOnlyMemory<float> values, CancellationToken cancellation)
    {
        var id = header.Id;
        if (id.Kind == TaskKind.Train && gate.IsMasked(id.Run)) throw new DepartureRefusedException("The job masks its updates, and this one is not masked: it does not leave.");
        var told = header.Clone();
        if (!policy.Validation && (header.Validation ?? header.Personal) is not null)
        {
            RequireLeavingOut("loss and hits on the validation share", "disclose.validation");
            (told.Validation, told.Personal) = (null, null);
        }
        if (!policy.Reasons && told.Initialised is { } initialised)
            foreach (var client in initialised.Unusable) client.Reason = Withheld(id);
        // Hashing takes time that the caller, an actor, has not.
        await LetGoAsync(await Task.Run(() => Departures.Of(told, values.Span), cancellation), cancellation);
        return await inner.UploadAsync(told, values, cancellation);
    }

    public async Task<Verdict> ReportAsync(TaskReport report, CancellationToken cancellation)
    {
        var told = report.Clone();
        switch (report.OutcomeCase)
        {
            case TaskReport.OutcomeOneofCase.Metrics when !policy.Evaluation:
                throw new DepartureRefusedException("What models do on examples that are here does not leave: the policy does not allow it (disclose.evaluation).");
            case TaskReport.OutcomeOneofCase.Moments when !policy.Moments:
                throw new DepartureRefusedException("Sums over features do not leave: the policy does not allow it (disclose.moments).");
            case TaskReport.OutcomeOneofCase.Metrics when !policy.Figures && report.Tallies.Count > 0:
                RequireLeavingOut("sums for further figures", "disclose.figures");
                told.Tallies.Clear();
                break;
            case TaskReport.OutcomeOneofCase.Failure when !policy.Reasons:
                told.Failure.Reason = Withheld(report.Id);
                break;
        }
        // The log is the worker's own: the reason stands there in full.
        await LetGoAsync(Departures.Of(told) with { Note = report.Failure?.Reason ?? "" }, cancellation);
        return await inner.ReportAsync(told, cancellation);
    }

    public async Task<Verdict> UploadMaskedAsync(UploadHeader header, ReadOnlyMemory<byte> packed, CancellationToken cancellation)
    {
        var countsLabels = gate.CountsLabels(header.Id.Run);
        if (countsLabels && !policy.LabelCounts)
            throw new DepartureRefusedException("The masked update has how many examples of each class the client has, which the policy does not let leave (disclose.label_counts).");
        await LetGoAsync(await Task.Run(() => Departures.OfMasked(header, packed.Span, countsLabels), cancellation), cancellation);
        return await inner.UploadMaskedAsync(header, packed, cancellation);
    }

    public IMaskingStream Join(CancellationToken cancellation) => new GuardedMaskingStream(inner.Join(cancellation), gate, _address, policy.Reasons);

    private async Task LetGoAsync(Departure departure, CancellationToken cancellation)
    {
        string address;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            address = _address;
            await gate.LetGoAsync(departure, address);
        }
        // A coordinator that took another one's place meanwhile is somebody else to tell.
        while (address != _address);
        cancellation.ThrowIfCancellationRequested();
    }

    private void RequireLeavingOut(string what, string key)
    {
        if (policy.Otherwise == Undisclosed.Refuse) throw new DepartureRefusedException($"The result has {what}, which the policy does not let leave ({key}), and so nothing of it leaves (disclose.otherwise).");
    }

    private static string Withheld(TaskId id) => $"The {TaskWork.Name(id)} failed; the worker's policy keeps the reason, and its audit log has it (disclose.reasons).";
}
