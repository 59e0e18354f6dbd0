using System.Collections.Immutable;
using Federated.Core.Algorithms;

namespace Federated.Core.Metrics.Readers;

/// <summary>Corpus BLEU-4 of translations, see <see cref="Bleu"/>.</summary>
public sealed class BleuReader : ITallyReader
{
    /// <inheritdoc/>
    public string Tally => TallyNames.Bleu;

    /// <inheritdoc/>
    public ImmutableArray<FigureInfo> Figures { get; } = [new("bleu", HigherIsBetter: true)];

    /// <inheritdoc/>
    public string? Complaint(Tally tally)
    {
        if (tally.Indices.Any(index => index > Bleu.ReferenceLength) || tally.Values.Any(value => value < 0)) return "its entries are 0 to 9 and not negative.";
        return Enumerable.Range(0, Bleu.Longest).Any(n => tally[n] > tally[Bleu.Totals + n]) ? "more n-grams match than there are." : null;
    }

    /// <inheritdoc/>
    public IEnumerable<Figure> Read(Tally tally, MetricSums sums, ImmutableArray<string> classes) => Bleu.Of(tally) is { } bleu ? [new("bleu", bleu)] : [];
}
