using System.Collections.Immutable;
using Federated.Core.Models;

namespace Federated.Core.Jobs;

/// <summary>A named model, a layer list or a file with a model of one's own: exactly one of them. Two specs with equal layers are equal.</summary>
public sealed record ModelSpec
{
    /// <value>Name of a known model; null with a layer list.</value>
    [JobField("A named model; give this, model.layers, model.torchscript or model.assembly.", Names = JobNames.Models, InsteadOf = "layers torchscript assembly")]
    public string? Name { get; init; }

    /// <value>The layers in order; empty with a named model.</value>
    [JobField("The layers in order, with input shapes inferred.", InsteadOf = "name torchscript assembly")]
    public ImmutableArray<LayerSpec> Layers { get; init; } = [];

    /// <value>A file that torch.jit.save wrote; null with another model.</value>
    [JobField("A file of TorchScript, whose values are the initial ones; a path below a folder that the worker allows with --allow-models.",
        InsteadOf = "name layers assembly")]
    public string? Torchscript { get; init; }

    /// <value>A .NET assembly with a factory; null with another model.</value>
    [JobField("A .NET assembly that makes the model; a path below a folder that the worker allows with --allow-models.", InsteadOf = "name layers torchscript")]
    public string? Assembly { get; init; }

    /// <value>The factory's full name; null without an assembly.</value>
    [JobField("With model.assembly: the full name of its class that is an IModelFactory.", LeftOut = true)]
    public string? Type { get; init; }

    /// <value>SHA-256 of the file, hexadecimal; null where any content will do.</value>
    [JobField("With model.torchscript or model.assembly: a worker loads the file only if this is its SHA-256.", LeftOut = true,
        Pattern = "[0-9a-fA-F]{64}", PatternInWords = "64 hexadecimal digits")]
    public string? Sha256 { get; init; }

    /// <value>Whether the model is a file of one's own, which a worker loads only where its owner allows it.</value>
    public bool IsOwn => (Torchscript ?? Assembly) is not null;

    // An immutable array compares by reference, which would make two equal jobs differ.
    /// <inheritdoc/>
    public bool Equals(ModelSpec? other) => other is not null && Name == other.Name
        && Torchscript == other.Torchscript && Assembly == other.Assembly && Type == other.Type && Sha256 == other.Sha256 && Layers.AsSpan().SequenceEqual(other.Layers.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(HashCode.Combine(Name, Torchscript, Assembly, Type, Sha256));
        foreach (var layer in Layers.AsSpan()) hash.Add(layer);
        return hash.ToHashCode();
    }
}
