using Federated.Core.Parameters;
using Federated.V1;
using Federated.Wire.Mapping;
using Google.Protobuf;
using Grpc.Core;

namespace Federated.Wire.Streams;

/// <summary>The asking side of parameter streams. What the peer sends wrong is a result; exceptions are those of the transport and cancellation.
/// Thread-safe; keeps nothing.</summary>
public static class ParameterReceiver
{
    /// <summary>Reads a Download.</summary>
    /// <param name="stream">The answer.</param>
    /// <param name="expected">The parameters that were asked for.</param>
    /// <param name="schema">The run's schema as this worker knows it. Nothing is allocated before all three agree about it.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Received<ParameterVector>> ReceiveAsync(
        IAsyncStreamReader<DownloadPart> stream, ParametersRef expected, ParameterSchema schema, CancellationToken cancellation)
    {
        if (expected.SchemaHash != schema.Hash || expected.Count != (ulong)schema.Count)
            return Bad<ParameterVector>("The parameters belong to another model than this worker's.");
        if (!await stream.MoveNext(cancellation) || stream.Current.Header is not { } header)
            return Bad<ParameterVector>("The stream does not start with a header.");
        if (header.SchemaHash != schema.Hash || header.Count != (ulong)schema.Count)
            return Bad<ParameterVector>("The stream's header names another model than was asked for.");

        var values = new float[schema.Count];
        var sink = new FloatSink(values, values.Length);
        var error = await ReadValuesAsync(stream, part => part.PartCase == DownloadPart.PartOneofCase.Values ? part.Values : null, sink, cancellation);
        return error is null ? Verified(new ParameterVector(schema, values), expected.Sha256) : Bad<ParameterVector>(error);
    }

    /// <summary>Reads a Model.</summary>
    /// <param name="stream">The answer.</param>
    /// <param name="maxBytes">Most bytes of values that the caller wants to hold. Memory grows with what arrives, up to this.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Received<ReceivedModel>> ReceiveModelAsync(
        IAsyncStreamReader<ModelPart> stream, long maxBytes, CancellationToken cancellation)
    {
        if (!await stream.MoveNext(cancellation) || stream.Current.Header is not { } header)
            return Bad<ReceivedModel>("The stream does not start with a header.");
        if (header.Round > int.MaxValue) return Bad<ReceivedModel>("The header names an impossible round.");
        if (SchemaMapping.Read(header.Schema, maxBytes / sizeof(float), out var schema) is { } wrong) return Bad<ReceivedModel>(wrong);

        var sink = FloatSink.Growing(schema!.Count);
        var error = await ReadValuesAsync(stream, part => part.PartCase == ModelPart.PartOneofCase.Values ? part.Values : null, sink, cancellation);
        if (error is not null) return Bad<ReceivedModel>(error);
        var model = Verified(new ParameterVector(schema, sink.Grown), header.Sha256);
        return model.Ok ? new(new ReceivedModel((int)header.Round, model.Value), null) : Bad<ReceivedModel>(model.Error);
    }

    private static async Task<string?> ReadValuesAsync<T>(
        IAsyncStreamReader<T> stream, Func<T, ByteString?> valuesOf, FloatSink sink, CancellationToken cancellation)
    {
        while (await stream.MoveNext(cancellation))
        {
            if (valuesOf(stream.Current) is not { } values) return "A part after the header has no values.";
            if (values.IsEmpty) return "A part of the values is empty.";
            if (values.Length > Chunks.MaxPartBytes) return $"A part has {values.Length} bytes; at most {Chunks.MaxPartBytes} are allowed.";
            if (!sink.TryAppend(values.Span)) return "The stream has more values than its header says.";
        }
        if (!sink.IsFull) return $"The stream ended after {sink.Bytes} bytes, before all values had come.";
        return sink.IsFinite ? null : "The values have NaN or infinity among them.";
    }

    private static Received<ParameterVector> Verified(ParameterVector parameters, string sha256) =>
        parameters.Hash == sha256
            ? new(parameters, null)
            : Bad<ParameterVector>("The values are not those that were asked for: their SHA-256 is another.");

    private static Received<T> Bad<T>(string error) where T : class => new(null, error);
}
