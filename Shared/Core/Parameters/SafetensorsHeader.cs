using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Federated.Core.Parameters;

/// <summary>The JSON at the beginning of a safetensors file.</summary>
internal static class SafetensorsHeader
{
    private const string Metadata = "__metadata__";
    private const string Statistics = "statistics";
    private const int Alignment = 8;
    private const int MaxRank = 16;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The header's bytes, filled up with spaces so that the values begin at a multiple of 8.</summary>
    public static byte[] Write(ParameterSchema schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, schema);
            long offset = 0;
            foreach (var tensor in schema.Tensors)
            {
                if (tensor.Name == Metadata) throw new ArgumentException($"A safetensors file cannot have a tensor called {Metadata}.", nameof(schema));
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += 4L * tensor.Count);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        var header = new byte[(buffer.WrittenCount + Alignment - 1) / Alignment * Alignment];
        header.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header);
        return header;
    }

    /// <summary>Null and the schema, whose tensors are in the order of their offsets; or a sentence that says what is wrong.</summary>
    public static string? Read(ReadOnlyMemory<byte> header, long maxBytes, out ParameterSchema? schema)
    {
        schema = null;
        try
        {
            if (header.Span[0] != (byte)'{') return "The header does not start with '{'.";
            using var json = JsonDocument.Parse(header, Strict);
            return ReadTensors(json.RootElement, Math.Min(maxBytes / 4, Array.MaxLength), out schema);
        }
        catch (JsonException e)
        {
            return $"The header is not valid JSON, or has a name twice (line {e.LineNumber + 1}, byte {e.BytePositionInLine}).";
        }
        catch (InvalidOperationException)
        {
            // What System.Text.Json says of text that is not valid UTF-8 or UTF-16, found only when the text is asked for.
            return "The header has text that is not valid Unicode.";
        }
    }

    private static void WriteMetadata(Utf8JsonWriter json, ParameterSchema schema)
    {
        json.WriteStartObject(Metadata);
        json.WriteString("format", "pt");
        var statistics = schema.Tensors.Where(tensor => !tensor.Trainable).Select(tensor => tensor.Name).ToArray();
        if (statistics.Length > 0) json.WriteString(Statistics, JsonSerializer.Serialize(statistics));
        json.WriteEndObject();
    }

    private static string? ReadTensors(JsonElement root, long maxValues, out ParameterSchema? schema)
    {
        schema = null;
        var statistics = new HashSet<string>(StringComparer.Ordinal);
        var found = new List<(long Begin, long End, TensorSpec Spec)>();
        foreach (var entry in root.EnumerateObject())
        {
            if (entry.Name == Metadata)
            {
                if (ReadMetadata(entry.Value, statistics) is { } wrong) return wrong;
                continue;
            }
            if (entry.Name.Length == 0 || entry.Name.Any(char.IsControl)) return "The name of a tensor is empty or has a control character.";
            if (ReadTensor(entry, maxValues, out var tensor) is { } error) return error;
            found.Add(tensor);
        }
        if (found.Count == 0) return "The file has no tensor.";

        found.Sort((a, b) => a.Begin.CompareTo(b.Begin));
        long end = 0;
        foreach (var (tensorBegin, tensorEnd, spec) in found)
        {
            if (tensorBegin != end) return $"Tensor '{spec.Name}' begins at byte {tensorBegin}; the tensors before it end at {end}.";
            end = tensorEnd;
        }
        if (end / 4 > maxValues) return $"The file has {end / 4} values; at most {maxValues} are allowed.";
        schema = new ParameterSchema([.. found.Select(tensor => tensor.Spec with { Trainable = !statistics.Remove(tensor.Spec.Name) })]);
        if (statistics.Count > 0) return $"The metadata calls '{statistics.First()}' a statistic, but there is no such tensor.";
        return null;
    }

    private static string? ReadTensor(JsonProperty entry, long maxValues, out (long Begin, long End, TensorSpec Spec) tensor)
    {
        tensor = default;
        if (entry.Value.ValueKind != JsonValueKind.Object || entry.Value.GetPropertyCount() != 3
            || !entry.Value.TryGetProperty("dtype", out var type)
            || !entry.Value.TryGetProperty("shape", out var shape)
            || !entry.Value.TryGetProperty("data_offsets", out var offsets))
            return $"Tensor '{entry.Name}' does not have exactly dtype, shape and data_offsets.";
        if (type.ValueKind != JsonValueKind.String || type.GetString() != "F32")
            return $"Tensor '{entry.Name}' is not of dtype F32, the only one that is read here.";
        if (shape.ValueKind != JsonValueKind.Array || shape.GetArrayLength() > MaxRank)
            return $"The shape of tensor '{entry.Name}' is not an array of at most {MaxRank} sizes.";
        if (offsets.ValueKind != JsonValueKind.Array || offsets.GetArrayLength() != 2
            || !TryNumber(offsets[0], out var begin) || !TryNumber(offsets[1], out var end))
            return $"The data_offsets of tensor '{entry.Name}' are not two numbers.";

        var sizes = ImmutableArray.CreateBuilder<int>();
        long count = 1;
        foreach (var element in shape.EnumerateArray())
        {
            if (!TryNumber(element, out var size) || size is < 1 or > int.MaxValue || (count *= size) > maxValues)
                return $"Tensor '{entry.Name}' has a size that is not a whole number from 1, or more than the allowed {maxValues} values.";
            sizes.Add((int)size);
        }
        if (count > maxValues) return $"Tensor '{entry.Name}' does not fit into the allowed {maxValues} values.";
        if (begin < 0 || end < begin || end - begin != 4 * count)
            return $"Tensor '{entry.Name}' has {count} values, which its data_offsets {begin} to {end} do not hold.";
        tensor = (begin, end, new TensorSpec(entry.Name, sizes.ToImmutable()));
        return null;
    }

    private static string? ReadMetadata(JsonElement metadata, HashSet<string> statistics)
    {
        if (metadata.ValueKind != JsonValueKind.Object || metadata.EnumerateObject().Any(entry => entry.Value.ValueKind != JsonValueKind.String))
            return "The metadata is not an object of strings.";
        if (!metadata.TryGetProperty(Statistics, out var names)) return null;
        using var list = JsonDocument.Parse(names.GetString()!, Strict);
        if (list.RootElement.ValueKind != JsonValueKind.Array || list.RootElement.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String))
            return "The statistics of the metadata are not an array of names.";
        statistics.UnionWith(list.RootElement.EnumerateArray().Select(name => name.GetString()!));
        return null;
    }

    private static bool TryNumber(JsonElement element, out long number)
    {
        number = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out number);
    }
}
