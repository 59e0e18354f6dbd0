using System.Collections.Immutable;

namespace Federated.OwnModels;

/// <summary>What a model is made for. Shapes are without the batch dimension. Properties may be added in later versions, with defaults.</summary>
/// <param name="Input">Shape of one example: [features], [T, features] for series, [C, H, W] for images, [T] for symbols of text, [2] for user and item.</param>
/// <param name="Output">Shape that <c>forward</c> must give for one example: [classes], [values], [T, vocabulary] ...</param>
public sealed record ModelRequest(ImmutableArray<long> Input, ImmutableArray<long> Output)
{
    /// <summary>Sizes of the vocabularies that the input's values are indices into: empty for numbers, one for text, two for users and items. In text an index 0 is padding.</summary>
    public ImmutableArray<int> Vocabularies { get; init; } = [];

    /// <summary>Names of the classes in the order of their indices; empty where they have none.</summary>
    public ImmutableArray<string> ClassNames { get; init; } = [];

    /// <summary>Derived from the job's seed, for draws of your own; libtorch's generator has been seeded with it already.</summary>
    public long Seed { get; init; }
}
