using System.IO.Hashing;
using Federated.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Federated.Wire.Streams;

/// <summary>Sends the result of an initialise or train task. Thread-safe; keeps nothing.</summary>
public static class UploadSender
{
    // How long an answer may still be under way when a write has failed. HttpClient may meanwhile repeat the request on another connection,
    // which nobody feeds: waiting longer would wait for nothing.
    private static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(2);

    /// <summary>Streams header, values and trailer and waits for the verdict, which may come before everything is sent. When the connection breaks under a
    /// write and no answer follows, the upload is sent once more, on a new connection; more patience is the caller's.</summary>
    /// <param name="client">The coordinator's Transfer service.</param>
    /// <param name="header">What is uploaded; encoding, count and length are filled in here, in a copy.</param>
    /// <param name="values">The update or the initial parameters, shape [P]. Not changed while it is sent.</param>
    /// <param name="cancellation">Ends the call. Put the deadline in here.</param>
    /// <exception cref="RpcException">The connection or the coordinator failed; the upload may be repeated, it counts once.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<Verdict> SendAsync(
        Transfer.TransferClient client, UploadHeader header, ReadOnlyMemory<float> values, CancellationToken cancellation)
    {
        var full = header.Clone();
        (full.Encoding, full.Count, full.PayloadBytes) = (UploadHeaders.Float32, (ulong)values.Length, 4UL * (ulong)values.Length);
        return await SendAsync(client, full, Chunks.Of(values), cancellation);
    }

    /// <summary>The same for a masked update.</summary>
    /// <param name="client">The coordinator's Transfer service.</param>
    /// <param name="header">What is uploaded, with the number of values; encoding and length are filled in here, in a copy.</param>
    /// <param name="packed">The masked vector in its layout's form. Not changed while it is sent.</param>
    /// <param name="cancellation">Ends the call. Put the deadline in here.</param>
    /// <exception cref="RpcException">The connection or the coordinator failed; the upload may be repeated, it counts once.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<Verdict> SendMaskedAsync(Transfer.TransferClient client, UploadHeader header, ReadOnlyMemory<byte> packed, CancellationToken cancellation)
    {
        var full = header.Clone();
        (full.Encoding, full.PayloadBytes) = (UploadHeaders.Masked, (ulong)packed.Length);
        return await SendAsync(client, full, Chunks.Of(packed), cancellation);
    }

    private static async Task<Verdict> SendAsync(Transfer.TransferClient client, UploadHeader full, IEnumerable<ByteString> chunks, CancellationToken cancellation)
    {
        try
        {
            return await SendOnceAsync(client, full, chunks, again: true, cancellation)
                ?? await SendOnceAsync(client, full, chunks, again: false, cancellation)
                ?? throw new RpcException(new Status(StatusCode.Unavailable, "The connection broke while the upload was sent."));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellation);
        }
    }

    /// <returns>Null when the connection broke without an answer.</returns>
    private static async Task<Verdict?> SendOnceAsync(
        Transfer.TransferClient client, UploadHeader header, IEnumerable<ByteString> chunks, bool again, CancellationToken cancellation)
    {
        using var call = client.Upload(cancellationToken: cancellation);
        var sending = SendPartsAsync(call, header, chunks, cancellation);
        // The answer may be there while a write waits for room that the coordinator, who reads no more, never makes.
        await Task.WhenAny(sending, call.ResponseAsync);
        if (sending.IsCompleted && !EndedByTheCall(sending))
        {
            await sending;
            return await call.ResponseAsync;
        }
        try
        {
            // A write fails when the coordinator has answered already. Its answer, or the error that ended the call, is what matters.
            return await call.ResponseAsync.WaitAsync(AnswerGrace, cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (RpcException lost) when (again && lost.Status.DebugException is HttpRequestException or IOException)
        {
            return null;
        }
        finally
        {
            // Ends the write.
            call.Dispose();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static bool EndedByTheCall(Task sending) => sending.Exception?.InnerException is RpcException or InvalidOperationException or HttpRequestException or IOException;

    private static async Task SendPartsAsync(
        AsyncClientStreamingCall<UploadPart, Verdict> call, UploadHeader header, IEnumerable<ByteString> chunks, CancellationToken cancellation)
    {
        await call.RequestStream.WriteAsync(new UploadPart { Header = header }, cancellation);
        var hash = new XxHash3();
        foreach (var chunk in chunks)
        {
            if (call.ResponseAsync.IsCompleted) return;
            hash.Append(chunk.Span);
            await call.RequestStream.WriteAsync(new UploadPart { Payload = chunk }, cancellation);
        }
        await call.RequestStream.WriteAsync(new UploadPart { Trailer = new UploadTrailer { Xxh3 = hash.GetCurrentHashAsUInt64() } }, cancellation);
        await call.RequestStream.CompleteAsync();
    }
}
