using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Federated.Core.Jobs.Describing;

/// <summary>The job file's JSON schema.</summary>
internal static class JsonSchemaText
{
    private const string DurationPattern = "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$";

    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the schema; it ends with a line feed.</summary>
    public static string Write()
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = "Federated job" };
        foreach (var (key, value) in Record(RecordShape.Job).ToArray()) schema[key] = value?.DeepClone();
        schema["required"] = new JsonArray("model");
        // Apart, since entries may have lists of such entries.
        var entries = new JsonObject();
        foreach (var union in JobFields.All.Select(placed => placed.Field.Entries).OfType<UnionShape>().Distinct()) entries[union.Entry] = Entry(union);
        schema["$defs"] = entries;
        return schema.ToJsonString(Format) + "\n";
    }

    private static JsonObject Record(RecordShape shape)
    {
        var properties = new JsonObject();
        foreach (var field in shape.Fields) properties[field.Key] = Field(field);
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        var alternatives = shape.Fields.Where(field => field.Attribute.InsteadOf is not null).ToArray();
        if (alternatives.Length > 0) schema["oneOf"] = new JsonArray([.. alternatives.Select(field => Requires(field.Key))]);
        var required = shape.Fields.Where(field => field.Attribute.Required).ToArray();
        if (required.Length > 0) schema["required"] = new JsonArray([.. required.Select(field => JsonValue.Create(field.Key))]);
        return schema;
    }

    private static JsonObject Requires(string key) => new() { ["required"] = new JsonArray(key) };

    private static JsonObject Field(FieldShape field)
    {
        var schema = field.Kind switch
        {
            FieldKind.Record => Record(field.Record!),
            FieldKind.List => new() { ["type"] = "array", ["minItems"] = 1, ["items"] = new JsonObject { ["$ref"] = $"#/$defs/{field.Entries!.Entry}" } },
            FieldKind.Flag => Typed(field, "boolean"),
            FieldKind.Whole or FieldKind.Natural => Ranged(field, Typed(field, "integer")),
            FieldKind.Real => Ranged(field, Typed(field, "number")),
            FieldKind.Numbers => Numbers(field),
            FieldKind.Texts => Texts(field),
            FieldKind.TextLists => new() { ["type"] = "object", ["additionalProperties"] = TextItems() },
            FieldKind.Duration => new() { ["type"] = "string", ["pattern"] = DurationPattern, ["minLength"] = 2 },
            FieldKind.Choice => new() { ["enum"] = Strings(field.Choices.Select(choice => choice.Word)) },
            _ when field.Names.Length > 0 => new() { ["enum"] = Strings(field.Names) },
            _ => Typed(field, "string"),
        };
        schema["description"] = field.Attribute.Meaning;
        if (field.Attribute.Pattern is { } pattern) schema["pattern"] = $"^{pattern}$";
        if (field.Default is string or Enum or TimeSpan) schema["default"] = field.Default as string ?? ValueText.Of(field.Default);
        else if (field.Default is bool or int or ulong or double && !field.Attribute.Required)
            schema["default"] = JsonNode.Parse(ValueText.Of(field.Default));
        return schema;
    }

    // An optional value may be written as null, except where null says that another key is meant.
    private static JsonObject Typed(FieldShape field, string type) =>
        new() { ["type"] = field.Optional && field.Attribute is { InsteadOf: null, LeftOut: false } ? new JsonArray(type, "null") : type };

    private static JsonObject Numbers(FieldShape field)
    {
        var schema = Typed(field, "array");
        (schema["minItems"], schema["items"]) = (1, Ranged(field, new() { ["type"] = "number" }));
        return schema;
    }

    private static JsonObject Texts(FieldShape field)
    {
        var schema = Typed(field, "array");
        schema["items"] = TextItems()["items"]!.DeepClone();
        if (field.Default is TextList list) schema["default"] = Strings(list.Values);
        return schema;
    }

    // What looks like a number is text here too.
    private static JsonObject TextItems() => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") } };

    private static JsonObject Ranged(FieldShape field, JsonObject schema)
    {
        var limits = field.Attribute;
        if (field.Kind == FieldKind.Natural) (schema["minimum"], schema["maximum"]) = (0, ulong.MaxValue);
        if (double.IsFinite(limits.Minimum)) schema["minimum"] = limits.Minimum;
        if (double.IsFinite(limits.Maximum)) schema["maximum"] = limits.Maximum;
        if (double.IsFinite(limits.ExclusiveMinimum)) schema["exclusiveMinimum"] = limits.ExclusiveMinimum;
        if (double.IsFinite(limits.ExclusiveMaximum)) schema["exclusiveMaximum"] = limits.ExclusiveMaximum;
        return schema;
    }

    private static JsonObject Entry(UnionShape union)
    {
        var bare = union.Entries.Where(entry => entry.Shape.Fields.All(field => !field.Attribute.Required)).Select(entry => entry.Name);
        var kinds = new JsonArray(new JsonObject { ["enum"] = Strings(bare.Concat(union.Bare.Select(word => word.Word))) });
        foreach (var (name, shape) in union.Entries.Where(entry => !entry.Shape.Fields.IsEmpty))
            kinds.Add(new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = false,
                ["properties"] = new JsonObject { [name] = Record(shape) },
                ["required"] = new JsonArray(name),
            });
        return new JsonObject { ["oneOf"] = kinds };
    }

    private static JsonArray Strings(IEnumerable<string> words) => new([.. words.Select(word => JsonValue.Create(word))]);
}
