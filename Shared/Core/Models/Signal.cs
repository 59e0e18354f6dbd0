using System.Collections.Immutable;

namespace Federated.Core.Models;

/// <summary>What flows from one layer to the next, without the batch dimension.</summary>
/// <param name="Shape">[features], [T, features], [C, H, W], or [T] for symbols.</param>
/// <param name="Vocabularies">Sizes of the vocabularies that values are indices into; empty for numbers.</param>
public sealed record Signal(ImmutableArray<int> Shape, ImmutableArray<int> Vocabularies)
{
    /// <summary>Numbers.</summary>
    public Signal(params ImmutableArray<int> shape) : this(shape, [])
    {
    }

    /// <summary>Of sentence pairs: how many of the symbols are the source's, before the target's; 0 for everything else.</summary>
    public int SourceLength { get; init; }

    /// <summary>Whether the values are indices, which mean nothing as numbers.</summary>
    public bool IsSymbols => !Vocabularies.IsEmpty;

    /// <summary>Whether both have the same sizes.</summary>
    public bool SameShape(Signal other) => Shape.AsSpan().SequenceEqual(other.Shape.AsSpan());

    /// <summary>The size of the dimension that normalisations and layers over features work on: channels of an image, else the last one.</summary>
    public int Features => Shape is [var channels, _, _] ? channels : Shape[^1];

    /// <summary>For example <c>[1, 28, 28]</c> or <c>[80] symbols of 65</c>.</summary>
    public override string ToString() => IsSymbols ? $"{Shapes.Text(Shape)} symbols of {string.Join(" and ", Vocabularies)}" : Shapes.Text(Shape);
}
