using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics.Readers;

/// <summary>Perplexity: e to the mean cross-entropy of a token in nats (Jelinek et al. 1977). Depends on the vocabulary: only models with the same one compare.</summary>
public sealed class TokensReader : ITallyReader
{
    /// <inheritdoc/>
    public string Tally => TallyNames.Tokens;

    /// <inheritdoc/>
    public ImmutableArray<FigureInfo> Figures { get; } = [new("perplexity", HigherIsBetter: false)];

    /// <inheritdoc/>
    public string? Complaint(Tally tally) => tally.Indices.Any(index => index > 0) || tally[0] < 0 ? "it has one entry, 0, that is not negative." : null;

    /// <inheritdoc/>
    public IEnumerable<Figure> Read(Tally tally, MetricSums sums, ImmutableArray<string> classes) =>
        tally[0] > 0 && sums.Examples > 0 ? [new("perplexity", Math.Exp(sums.Loss))] : [];
}
