using System.Collections.Immutable;
using Federated.Core.Jobs;

namespace Federated.Core.Models;

/// <summary>What is added to the output of a residual block's layers.</summary>
public enum Shortcut
{
    /// <summary>The input itself where shapes agree, else a projection.</summary>
    Auto,

    /// <summary>The input itself; shapes must agree.</summary>
    Identity,

    /// <summary>A trained linear map: a 1x1 convolution of images, a dense layer on features, in both cases without offset.</summary>
    Projection,
}

/// <summary>Residual block, y = activation(F(x) + shortcut(x)), where F is a list of layers (He et al. 2016, "Deep residual learning for image recognition",
/// equations 1 and 2). Two blocks with equal layers are equal.</summary>
public sealed record ResidualLayer : LayerSpec
{
    /// <value>F.</value>
    [JobField("The layers whose output is added to the block's input; any but softmax, and residual blocks again.", Required = true)]
    public ImmutableArray<LayerSpec> Layers { get; init; } = [];

    /// <value>What is added to F(x).</value>
    [JobField("auto: the input itself where shapes agree, else a projection. identity: the input itself. projection: a 1x1 convolution with the stride that makes "
        + "shapes agree, or a dense layer on [features] and on each step of [T, features].")]
    public Shortcut Shortcut { get; init; }

    /// <value>Groups of a group normalisation of the projection; null for none.</value>
    [JobField("Groups of a group normalisation that follows the projection.", Minimum = 1, Maximum = 65_536, DefaultInWords = "no normalisation")]
    public int? ShortcutGroups { get; init; }

    /// <value>What follows the sum.</value>
    [JobField("What follows the sum element by element; softmax only in the last layer.")]
    public Activation Activation { get; init; } = Activation.Relu;

    /// <value>First weights of the projection.</value>
    [JobField("How the projection's first weights are drawn.")]
    public Initializer Initializer { get; init; }

    internal override ImmutableArray<LayerSpec> Inner => Layers;

    // An immutable array compares by reference, which would make two equal blocks differ.
    /// <inheritdoc/>
    public bool Equals(ResidualLayer? other) => other is not null && Shortcut == other.Shortcut && ShortcutGroups == other.ShortcutGroups
        && Activation == other.Activation && Initializer == other.Initializer && Layers.AsSpan().SequenceEqual(other.Layers.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add((Shortcut, ShortcutGroups, Activation, Initializer));
        foreach (var layer in Layers.AsSpan()) hash.Add(layer);
        return hash.ToHashCode();
    }
}
