using System.IO.Hashing;
using Federated.Core.Parameters;
using Federated.Core.Privacy.SecureAggregation.Coding;
using Federated.V1;
using Federated.Wire.Mapping;
using Grpc.Core;

namespace Federated.Wire.Streams;

/// <summary>Reads one upload: first the header, so that the round can be asked, then the values. Every byte is hostile: nothing is allocated by a size
/// that only the peer vouches for. Refusals are results; exceptions are those of the transport and cancellation. Used once, by one caller.</summary>
public sealed class UploadReader(IAsyncStreamReader<UploadPart> parts, UploadLimits limits)
{
    /// <summary>Payload bytes read so far.</summary>
    public long PayloadBytes { get; private set; }

    /// <summary>Reads the first part. Exactly one of the results is not null; a header is as <see cref="UploadHeaders.Check"/> demands.</summary>
    public async Task<(UploadHeader? Header, UploadRefusal? Refusal)> ReadHeaderAsync(CancellationToken cancellation)
    {
        if (!await parts.MoveNext(cancellation)) return (null, new(Refusal.Malformed, "The stream is empty."));
        if (parts.Current.PartCase != UploadPart.PartOneofCase.Header)
            return (null, new(Refusal.Malformed, "The stream does not start with a header."));
        var header = parts.Current.Header;
        return UploadHeaders.Check(header, limits) is { } refusal ? (null, refusal) : (header, null);
    }

    /// <summary>Reads the values of a train task.</summary>
    /// <param name="header">What <see cref="ReadHeaderAsync"/> gave.</param>
    /// <param name="schema">The run's schema, from the receiver's own knowledge.</param>
    /// <param name="destination">At least P values; the first P become the update. Contents are undefined after a refusal.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null when the update is complete, intact and finite; else why not.</returns>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public async Task<UploadRefusal?> ReadUpdateAsync(
        UploadHeader header, ParameterSchema schema, Memory<float> destination, CancellationToken cancellation)
    {
        var sink = new FloatSink(destination, schema.Count);
        return UploadHeaders.CheckPlain(header, schema) ?? await ReadPayloadAsync(sink, cancellation);
    }

    /// <summary>Reads a masked update.</summary>
    /// <param name="header">What <see cref="ReadHeaderAsync"/> gave.</param>
    /// <param name="schema">Of the update, from the receiver's own knowledge.</param>
    /// <param name="layout">The form that the round takes, likewise.</param>
    /// <param name="destination">At least the layout's bytes; the first of them become the packed vector. Contents are undefined after a refusal.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null when it is complete and intact; else why not. What is in it, nobody can tell.</returns>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public async Task<UploadRefusal?> ReadMaskedAsync(UploadHeader header, ParameterSchema schema, MaskedLayout layout, Memory<byte> destination, CancellationToken cancellation)
    {
        var sink = new ByteSink(destination, layout.Bytes);
        return UploadHeaders.CheckSchema(header, schema) ?? UploadHeaders.CheckLayout(header, layout) ?? await ReadPayloadAsync(sink, cancellation);
    }

    /// <summary>Reads the values of an initialise task, whose schema comes with them. Memory grows with what arrives. Exactly one of the results is
    /// not null.</summary>
    public async Task<(ParameterVector? Parameters, UploadRefusal? Refusal)> ReadInitialAsync(UploadHeader header, CancellationToken cancellation)
    {
        if (SchemaMapping.Read(header.Initialised.Schema, limits.MaxPayloadBytes / sizeof(float), out var schema) is { } wrong)
            return (null, new(Refusal.Malformed, wrong));
        if (UploadHeaders.CheckSchema(header, schema!) is { } mismatch) return (null, mismatch);
        var sink = FloatSink.Growing(schema!.Count);
        return await ReadPayloadAsync(sink, cancellation) is { } refusal ? (null, refusal) : (new ParameterVector(schema, sink.Grown), null);
    }

    private async Task<UploadRefusal?> ReadPayloadAsync(IPayloadSink sink, CancellationToken cancellation)
    {
        var hash = new XxHash3();
        while (await parts.MoveNext(cancellation))
        {
            var part = parts.Current;
            switch (part.PartCase)
            {
                case UploadPart.PartOneofCase.Payload:
                    if (Append(part.Payload.Span, sink, hash) is { } refusal) return refusal;
                    break;
                case UploadPart.PartOneofCase.Trailer:
                    return CheckTrailer(part.Trailer, sink, hash) ??
                        (await parts.MoveNext(cancellation) ? new(Refusal.Malformed, "The stream goes on after the trailer.") : null);
                default:
                    return new(Refusal.Malformed, "A part is neither payload nor trailer.");
            }
        }
        return new(Refusal.Malformed, $"The stream ended without a trailer, after {sink.Bytes} bytes of payload.");
    }

    private UploadRefusal? Append(ReadOnlySpan<byte> payload, IPayloadSink sink, XxHash3 hash)
    {
        // An empty part brings nothing nearer its end: a stream of them would never stop.
        if (payload.IsEmpty) return new(Refusal.Malformed, "A part of the payload is empty.");
        if (payload.Length > limits.MaxPartBytes)
            return new(Refusal.TooLarge, $"A part has {payload.Length} bytes; at most {limits.MaxPartBytes} are allowed.");
        if (!sink.TryAppend(payload)) return new(Refusal.WrongLength, "The payload is longer than the header says.");
        hash.Append(payload);
        PayloadBytes += payload.Length;
        return null;
    }

    private static UploadRefusal? CheckTrailer(UploadTrailer trailer, IPayloadSink sink, XxHash3 hash)
    {
        if (!sink.IsFull)
            return new(Refusal.WrongLength, $"The payload ended after {sink.Bytes} bytes, before the length that the header says.");
        // First the checksum: a value that was damaged on the way may look like NaN.
        if (trailer.Xxh3 != hash.GetCurrentHashAsUInt64()) return new(Refusal.BadChecksum, "The payload was damaged on the way: its checksum is another.");
        return sink.IsFinite ? null : new(Refusal.NotFinite, "The values have NaN or infinity among them; the training diverged.");
    }
}
