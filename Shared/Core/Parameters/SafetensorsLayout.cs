using System.Collections.Immutable;

namespace Federated.Core.Parameters;

/// <summary>What the header of a safetensors file says.</summary>
/// <param name="Schema">The model's.</param>
/// <param name="Slots">The vectors that follow the model, in the order of their offsets, under their names as slots.</param>
/// <param name="Metadata">Text by key, without the keys of the format itself.</param>
internal sealed record SafetensorsLayout(ParameterSchema Schema, ImmutableArray<TensorSpec> Slots, ImmutableDictionary<string, string> Metadata)
{
    private const string Prefix = "federated.slot/";

    /// <summary>What the names of slots begin with in a file: no tensor of the model does, whatever whoever made the model called it.</summary>
    public static string SlotPrefix(ParameterSchema schema)
    {
        var prefix = Prefix;
        while (schema.Tensors.Any(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))) prefix += '/';
        return prefix;
    }
}
