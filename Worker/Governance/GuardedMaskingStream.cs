using Federated.V1;
using Federated.Worker.Grpc;

namespace Federated.Worker.Governance;

/// <summary>A client's stream of secure aggregation behind a policy.</summary>
/// <param name="inner">The stream; belongs to this one.</param>
/// <param name="gate">Writes down what leaves.</param>
/// <param name="address">Where it goes.</param>
/// <param name="tellsReasons">Whether the coordinator may know why a client gives up.</param>
internal sealed class GuardedMaskingStream(IMaskingStream inner, PolicyGate gate, string address, bool tellsReasons) : IMaskingStream
{
    private volatile TaskId? _id;

    public async Task SendAsync(MaskingAnswer answer)
    {
        // It is the first on every stream.
        if (answer.Advertisement is { } advertisement) _id = advertisement.Id;
        var told = answer.Clone();
        if (told.Quit is { } quit && !tellsReasons) quit.Reason = "The worker's policy keeps the reason, and its audit log has it (disclose.reasons).";
        var id = _id ?? throw new InvalidOperationException("A stream of secure aggregation begins with an advertisement.");
        await gate.LetGoAsync(Departures.Of(id, told) with { Note = answer.Quit?.Reason ?? "" }, address);
        await inner.SendAsync(told);
    }

    public async Task<MaskingStep?> NextAsync()
    {
        var step = await inner.NextAsync();
        long? together = step?.StepCase switch
        {
            MaskingStep.StepOneofCase.Share => step.Share.Clients,
            MaskingStep.StepOneofCase.Confirm => step.Confirm.Survivors.Count,
            _ => null,
        };
        return together is { } clients && gate.CheckMasked(clients) is { } refusal ? throw new DepartureRefusedException(refusal) : step;
    }

    public void Dispose() => inner.Dispose();
}
