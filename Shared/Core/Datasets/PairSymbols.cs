using System.Collections.Immutable;

namespace Federated.Core.Datasets;

/// <summary>The symbols of sentence pairs that are no tokens.</summary>
public static class PairSymbols
{
    /// <summary>Fills a sentence up to its length.</summary>
    public const int Padding = 0;

    /// <summary>A token that the vocabulary does not have.</summary>
    public const int Unknown = 1;

    /// <summary>Stands before the first token of a target.</summary>
    public const int Begin = 2;

    /// <summary>Stands after the last token of a target.</summary>
    public const int End = 3;

    /// <summary>How they are shown, by index.</summary>
    public static ImmutableArray<string> Names { get; } = ["<padding>", "<unknown>", "<begin>", "<end>"];
}
