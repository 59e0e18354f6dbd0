using Federated.Coordinator.Actors;
using Federated.Coordinator.Storage;
using Federated.Core.Parameters;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.V1;
using Federated.Wire;
using Federated.Wire.Streams;
using Grpc.Core;

namespace Federated.Coordinator.Grpc;

/// <summary>The data plane: checks bytes, asks RunsActor, hands buffers over. Which task may do what, only the actors know.</summary>
internal sealed class TransferService(
    RunsGate gate, ParameterStore store, UploadSlots slots, TransferLimits limits, TimeProvider time, IHostApplicationLifetime lifetime)
    : Transfer.TransferBase
{
    private readonly UploadLimits _uploads = new(limits.MaxModelBytes);

    public override async Task Download(DownloadRequest request, IServerStreamWriter<DownloadPart> responseStream, ServerCallContext context)
    {
        Refusals.CheckRun(request.Run);
        var runs = await gate.OpenAsync(context.CancellationToken);
        var parameters = store.TryGet(request.Run, request.Sha256)
            ?? throw Refusals.NotFound("These parameters are not handed out: they are retired, or the run is over.");
        var sent = await ParameterSender.SendAsync(responseStream, parameters, context.CancellationToken);
        runs.Tell(new BytesMoved(request.Run, Down: sent, Up: 0));
    }

    public override async Task<Verdict> Upload(IAsyncStreamReader<UploadPart> requestStream, ServerCallContext context)
    {
        using var parts = new IdleGuard<UploadPart>(requestStream, limits.UploadIdle, time, context.CancellationToken, lifetime.ApplicationStopping);
        var reader = new UploadReader(parts, _uploads);
        var (header, malformed) = await reader.ReadHeaderAsync(parts.Token);
        if (header is null) return malformed!.ToVerdict();

        var runs = await gate.OpenAsync(parts.Token);
        var answer = await runs.AskAsync<object>(new BeginUpload(header.Id, header.Ticket), parts.Token);
        return answer switch
        {
            RefusedOffer refused => refused.ToVerdict(),
            UploadPermit { Schema: { } schema, Masked: { } layout } => await ReceiveMaskedAsync(header, schema, layout, reader, runs, parts.Token),
            UploadPermit { Schema: { } schema } => await ReceiveUpdateAsync(header, schema, reader, runs, parts.Token),
            UploadPermit => await ReceiveInitialAsync(header, reader, runs, parts.Token),
            _ => throw new InvalidOperationException($"BeginUpload was answered by {answer.GetType().Name}."),
        };
    }

    public override async Task<Verdict> Report(TaskReport request, ServerCallContext context)
    {
        if (Wire.Mapping.TaskReports.Check(request) is { } refusal) return refusal.ToVerdict();
        var runs = await gate.OpenAsync(context.CancellationToken);
        return await runs.AskAsync<Verdict>(new OfferReport(request), context.CancellationToken);
    }

    private async Task<Verdict> ReceiveUpdateAsync(
        UploadHeader header, ParameterSchema schema, UploadReader reader, RunsLink runs, CancellationToken cancellationToken)
    {
        // Before a slot is taken: an upload that cannot fit must not wait for one.
        if (UploadHeaders.CheckPlain(header, schema) is { } mismatch) return Rejected(header, mismatch, runs);
        var lease = await slots.RentAsync(schema.Count, cancellationToken);
        var offered = false;
        try
        {
            var refusal = await Counted(reader.ReadUpdateAsync(header, schema, lease.Values, cancellationToken), header.Id.Run, reader, runs);
            if (refusal is not null) return Rejected(header, refusal, runs);
            offered = true;
            // Not cancelled with the call: from here on the round owns the buffer, and a client that hangs up must not free the slot before
            // the buffer is free.
            return await runs.AskAsync<Verdict>(new OfferUpdate(header, lease.Values, lease.Release), CancellationToken.None);
        }
        catch when (offered)
        {
            // No answer: the round may still hold the buffer, or may be gone and never give it back.
            lease.Abandon();
            throw;
        }
        finally
        {
            if (!offered) lease.Release();
        }
    }

    private async Task<Verdict> ReceiveMaskedAsync(
        UploadHeader header, ParameterSchema schema, MaskedLayout layout, UploadReader reader, RunsLink runs, CancellationToken cancellationToken)
    {
        // Before a slot is taken: an upload that cannot fit must not wait for one.
        if ((UploadHeaders.CheckSchema(header, schema) ?? UploadHeaders.CheckLayout(header, layout)) is { } mismatch) return Rejected(header, mismatch, runs);
        var lease = await slots.RentAsync((int)((layout.Bytes + sizeof(float) - 1) / sizeof(float)), cancellationToken);
        var offered = false;
        try
        {
            var packed = new FloatBytes(lease.Values).Memory[..(int)layout.Bytes];
            var refusal = await Counted(reader.ReadMaskedAsync(header, schema, layout, packed, cancellationToken), header.Id.Run, reader, runs);
            if (refusal is not null) return Rejected(header, refusal, runs);
            offered = true;
            // Not cancelled with the call, as for plain updates.
            return await runs.AskAsync<Verdict>(new OfferMasked(header, packed, lease.Release), CancellationToken.None);
        }
        catch when (offered)
        {
            lease.Abandon();
            throw;
        }
        finally
        {
            if (!offered) lease.Release();
        }
    }

    private async Task<Verdict> ReceiveInitialAsync(UploadHeader header, UploadReader reader, RunsLink runs, CancellationToken cancellationToken)
    {
        // The array becomes the run's parameters, so it is not of the pool; its memory counts against the slots all the same.
        var lease = await slots.RentAsync(length: 0, cancellationToken);
        try
        {
            var (parameters, refusal) = await Counted(reader.ReadInitialAsync(header, cancellationToken), header.Id.Run, reader, runs);
            return parameters is null
                ? Rejected(header, refusal!, runs)
                : await runs.AskAsync<Verdict>(new OfferInitialised(header, parameters), cancellationToken);
        }
        finally
        {
            lease.Release();
        }
    }

    // The round learns it too: this client's task is over, and nobody needs to wait for it.
    private static Verdict Rejected(UploadHeader header, UploadRefusal refusal, RunsLink runs)
    {
        runs.Tell(new UploadRejected(header.Id, refusal.Reason, refusal.Detail));
        return refusal.ToVerdict();
    }

    // The bytes are told before the result is offered, since that may be what closes the round and its accounts.
    private static async Task<T> Counted<T>(Task<T> read, string run, UploadReader reader, RunsLink runs)
    {
        try
        {
            return await read;
        }
        finally
        {
            runs.Tell(new BytesMoved(run, Down: 0, Up: reader.PayloadBytes));
        }
    }
}
