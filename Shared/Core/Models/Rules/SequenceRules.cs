using System.Collections.Immutable;
using Federated.Core.Parameters;

namespace Federated.Core.Models.Rules;

/// <summary>Layers over time.</summary>
internal static class SequenceRules
{
    public static Signal? Embedding(LayerCheck check, EmbeddingLayer embedding)
    {
        if (!check.AtLeastOne(embedding.Size, "size") || check.Input is null) return null;
        if (check.Input is { Vocabularies: [var symbols], Shape: [var steps] })
            return check.Fits(symbols, embedding.Size) ? new(steps, embedding.Size) : null;
        check.Fault($"embedding gets {check.Got} and needs [T] symbols of one vocabulary: put it first, and take a data set of text");
        return null;
    }

    public static ImmutableArray<TensorSpec> Tensors(LayerCheck check, EmbeddingLayer embedding) =>
        [check.Tensor("weight", [check.Input!.Vocabularies[0], embedding.Size])];
}
