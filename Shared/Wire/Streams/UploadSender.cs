using System.IO.Hashing;
using Federated.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Federated.Wire.Streams;

/// <summary>Sends the result of an initialise or train task. Thread-safe; keeps nothing.</summary>
public static class UploadSender
{
    // How long an answer may still be under way when the transport has failed a write. HttpClient may meanwhile repeat the request on another connection,
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
            return await SendOnceAsync(client, full, chunks, cancellation)
                ?? await SendOnceAsync(client, full, chunks, cancellation)
                ?? throw new RpcException(new Status(StatusCode.Unavailable, "The connection broke while the upload was sent."));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellation);
        }
    }

    /// <returns>Null when the connection broke without an answer.</returns>
    private static async Task<Verdict?> SendOnceAsync(
        Transfer.TransferClient client, UploadHeader header, IEnumerable<ByteString> chunks, CancellationToken cancellation)
    {
        using var call = client.Upload(cancellationToken: cancellation);
        try
        {
            await SendPartsAsync(call, header, chunks, cancellation);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // A write fails when the coordinator has answered already. Its answer, or the error that ended the call, is what matters.
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The same, told by the transport, which may have lost the answer with the connection.
            try
            {
                return await call.ResponseAsync.WaitAsync(AnswerGrace, cancellation);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }
        return await call.ResponseAsync;
    }

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
