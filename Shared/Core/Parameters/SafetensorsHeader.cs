using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Federated.Core.Parameters;

/// <summary>The JSON at the beginning of a safetensors file.</summary>
internal static class SafetensorsHeader
{
    private const int Alignment = 8;
    private const int MaxRank = 16;

    /// <summary>The header's bytes, filled up with spaces so that the values begin at a multiple of 8.</summary>
    /// <exception cref="ArgumentException">The file could not be read again: a name or a shape that the format or <see cref="Read"/> does not have,
    /// or more than <see cref="Safetensors.MaxHeaderBytes"/>.</exception>
    public static byte[] Write(SafetensorsFile file)
    {
        var schema = file.Parameters.Schema;
        var prefix = SafetensorsLayout.SlotPrefix(schema);
        var slots = file.SlotsInOrder.Select(name => new TensorSpec(prefix + name, [file.Slots[name].Length])).ToArray();
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            SafetensorsMetadata.Write(json, file, slots.Select(slot => slot.Name));
            long offset = 0;
            foreach (var tensor in schema.Tensors.Concat(slots)) WriteTensor(json, tensor, ref offset);
            json.WriteEndObject();
        }
        var header = new byte[(buffer.WrittenCount + Alignment - 1) / Alignment * Alignment];
        if (header.Length > Safetensors.MaxHeaderBytes)
            throw new ArgumentException(
                $"The names of the tensors make a header of {header.Length} bytes; {Safetensors.MaxHeaderBytes} are allowed.", nameof(file));
        header.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header);
        return header;
    }

    /// <summary>Null and the layout, whose tensors are in the order of their offsets; or a sentence that says what is wrong.</summary>
    public static string? Read(ReadOnlyMemory<byte> header, long maxBytes, out SafetensorsLayout? layout)
    {
        layout = null;
        try
        {
            if (header.Span[0] != (byte)'{') return "The header does not start with '{'.";
            using var json = JsonDocument.Parse(header, SafetensorsMetadata.Strict);
            return ReadTensors(json.RootElement, maxBytes / 4, out layout);
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

    private static void WriteTensor(Utf8JsonWriter json, TensorSpec tensor, ref long offset)
    {
        if (tensor.Name == SafetensorsMetadata.Key)
            throw new ArgumentException($"A safetensors file cannot have a tensor called {SafetensorsMetadata.Key}.", nameof(tensor));
        if (tensor.Shape.Length > MaxRank)
            throw new ArgumentException(
                $"Tensor '{tensor.Name}' has {tensor.Shape.Length} dimensions; at most {MaxRank} are allowed.", nameof(tensor));
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

    /// <param name="root">The header.</param>
    /// <param name="maxTotal">Most values over all tensors, slots included.</param>
    /// <param name="layout">When nothing is wrong.</param>
    private static string? ReadTensors(JsonElement root, long maxTotal, out SafetensorsLayout? layout)
    {
        layout = null;
        var maxValues = Math.Min(maxTotal, Array.MaxLength);
        var metadata = SafetensorsMetadata.None;
        var found = new List<(long Begin, long End, TensorSpec Spec)>();
        foreach (var entry in root.EnumerateObject())
        {
            if (entry.Name == SafetensorsMetadata.Key)
            {
                if (SafetensorsMetadata.Read(entry.Value, out metadata) is { } wrong) return wrong;
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
        if (end / 4 > maxTotal) return $"The file has {end / 4} values; at most {maxTotal} are allowed.";
        return Arrange([.. found.Select(tensor => tensor.Spec)], metadata, maxValues, out layout);
    }

    /// <summary>Tells the model's tensors from the slots.</summary>
    private static string? Arrange(ImmutableArray<TensorSpec> tensors, SafetensorsMetadata metadata, long maxValues, out SafetensorsLayout? layout)
    {
        layout = null;
        if (metadata.Statistics.Concat(metadata.Slots).Except(tensors.Select(tensor => tensor.Name)).FirstOrDefault() is { } unknown)
            return $"The metadata calls '{unknown}' a statistic or a slot, but there is no such tensor.";
        var ofModel = tensors.Length - metadata.Slots.Count;
        if (ofModel == 0 || tensors[..ofModel].Any(tensor => metadata.Slots.Contains(tensor.Name)))
            return "The slots do not follow the tensors of a model.";

        var values = tensors[..ofModel].Sum(tensor => (long)tensor.Count);
        if (values > maxValues) return $"The model has {values} values; at most {maxValues} are allowed.";
        var specs = tensors[..ofModel].Select(tensor => tensor with { Trainable = !metadata.Statistics.Contains(tensor.Name) });
        var schema = new ParameterSchema([.. specs]);
        var prefix = SafetensorsLayout.SlotPrefix(schema);
        foreach (var slot in tensors[ofModel..])
            if (!slot.Name.StartsWith(prefix, StringComparison.Ordinal) || slot.Name.Length == prefix.Length
                || slot.Shape.Length != 1)
                return $"Slot '{slot.Name}' is not called {prefix}NAME or is not of one dimension.";
        layout = new(schema, [.. tensors[ofModel..].Select(slot => slot with { Name = slot.Name[prefix.Length..] })], metadata.Other);
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

    private static bool TryNumber(JsonElement element, out long number)
    {
        number = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out number);
    }
}
