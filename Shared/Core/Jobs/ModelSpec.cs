using System.Collections.Immutable;
using Federated.Core.Models;

namespace Federated.Core.Jobs;

/// <summary>A named model or a layer list: exactly one of the two. Two specs with equal layers are equal.</summary>
public sealed record ModelSpec
{
    /// <value>Name of a known model; null with a layer list.</value>
    [JobField("A named model; give either this or model.layers.", Names = JobNames.Models, InsteadOf = "layers")]
    public string? Name { get; init; }

    /// <value>The layers in order; empty with a named model.</value>
    [JobField("The layers in order, with input shapes inferred; give either this or model.name.", InsteadOf = "name")]
    public ImmutableArray<LayerSpec> Layers { get; init; } = [];

    // An immutable array compares by reference, which would make two equal jobs differ.
    /// <inheritdoc/>
    public bool Equals(ModelSpec? other) => other is not null && Name == other.Name && Layers.AsSpan().SequenceEqual(other.Layers.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Name);
        foreach (var layer in Layers.AsSpan()) hash.Add(layer);
        return hash.ToHashCode();
    }
}
