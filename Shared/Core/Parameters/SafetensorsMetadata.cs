using System.Collections.Immutable;
using System.Text.Json;

namespace Federated.Core.Parameters;

/// <summary>The entry of a safetensors header that is not a tensor: an object of strings.</summary>
/// <param name="Statistics">Names of the tensors that training does not change by gradients.</param>
/// <param name="Slots">Names of the tensors that are slots.</param>
/// <param name="Other">Text by key, without the format's own.</param>
internal sealed record SafetensorsMetadata(
    ImmutableHashSet<string> Statistics, ImmutableHashSet<string> Slots, ImmutableDictionary<string, string> Other)
{
    /// <summary>The entry's key, which no tensor can have as its name.</summary>
    public const string Key = "__metadata__";

    /// <summary>How every JSON text of a file is read.</summary>
    public static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Of a file without such an entry.</summary>
    public static readonly SafetensorsMetadata None = new([], [], ImmutableDictionary<string, string>.Empty);

    private const string FormatKey = "format";
    private const string StatisticsKey = "statistics";
    private const string SlotsKey = "slots";

    /// <summary>Writes the entry. Lists of names are JSON arrays in a string, and left out when empty.</summary>
    /// <exception cref="ArgumentException">The file's metadata has a key of the format.</exception>
    public static void Write(Utf8JsonWriter json, SafetensorsFile file, IEnumerable<string> slots)
    {
        json.WriteStartObject(Key);
        json.WriteString(FormatKey, "pt");
        WriteNames(json, StatisticsKey, file.Parameters.Schema.Tensors.Where(tensor => !tensor.Trainable).Select(tensor => tensor.Name));
        WriteNames(json, SlotsKey, slots);
        foreach (var (key, text) in file.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (key is FormatKey or StatisticsKey or SlotsKey)
                throw new ArgumentException($"The metadata key '{key}' belongs to the format.", nameof(file));
            json.WriteString(key, text);
        }
        json.WriteEndObject();
    }

    /// <summary>Null and the metadata, or a sentence that says what is wrong.</summary>
    /// <exception cref="JsonException">A list of names is not JSON.</exception>
    public static string? Read(JsonElement entry, out SafetensorsMetadata metadata)
    {
        metadata = None;
        if (entry.ValueKind != JsonValueKind.Object || entry.EnumerateObject().Any(text => text.Value.ValueKind != JsonValueKind.String))
            return "The metadata is not an object of strings.";
        var all = entry.EnumerateObject().ToImmutableDictionary(text => text.Name, text => text.Value.GetString()!, StringComparer.Ordinal);
        if (!TryNames(all, StatisticsKey, out var statistics)) return "The statistics of the metadata are not an array of names.";
        if (!TryNames(all, SlotsKey, out var slots)) return "The slots of the metadata are not an array of names.";
        metadata = new(statistics, slots, all.RemoveRange([FormatKey, StatisticsKey, SlotsKey]));
        return null;
    }

    private static void WriteNames(Utf8JsonWriter json, string key, IEnumerable<string> names)
    {
        var list = names.ToArray();
        if (list.Length > 0) json.WriteString(key, JsonSerializer.Serialize(list));
    }

    private static bool TryNames(ImmutableDictionary<string, string> all, string key, out ImmutableHashSet<string> names)
    {
        names = [];
        if (!all.TryGetValue(key, out var text)) return true;
        using var list = JsonDocument.Parse(text, Strict);
        if (list.RootElement.ValueKind != JsonValueKind.Array
            || list.RootElement.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String))
            return false;
        names = list.RootElement.EnumerateArray().Select(name => name.GetString()!).ToImmutableHashSet(StringComparer.Ordinal);
        return true;
    }
}
