using System.Collections.Immutable;

namespace Federated.Core.Parameters;

/// <summary>What is in a safetensors file that has more than a model: further vectors, and text.</summary>
/// <param name="Parameters">The model; its tensors come first.</param>
/// <param name="Slots">Vectors of at least one value by name (not empty, no control characters), such as a server's momentum.</param>
/// <param name="Metadata">Text by key. The keys <c>format</c>, <c>statistics</c> and <c>slots</c> belong to the format and are not among
/// them.</param>
public sealed record SafetensorsFile(
    ParameterVector Parameters, ImmutableDictionary<string, ReadOnlyMemory<float>> Slots, ImmutableDictionary<string, string> Metadata)
{
    /// <summary>A file of a model alone.</summary>
    public SafetensorsFile(ParameterVector parameters)
        : this(parameters, ImmutableDictionary<string, ReadOnlyMemory<float>>.Empty, ImmutableDictionary<string, string>.Empty) { }

    /// <summary>Names of the slots in the order in which they follow the model: ordinal.</summary>
    internal ImmutableArray<string> SlotsInOrder { get; } = [.. Slots.Keys.Order(StringComparer.Ordinal)];
}
