using System.Globalization;
using System.Text.Json.Serialization;
using Federated.V1;

namespace Federated.Cli.Results;

/// <summary>How many training examples of each class the clients of a masked sum have together. Property names are the keys in snake_case.</summary>
/// <param name="Classes">Names, in the order of their indices.</param>
/// <param name="Counts">One a class.</param>
internal sealed record LabelCountsRecord(IReadOnlyList<string> Classes, IReadOnlyList<ulong> Counts)
{
    /// <summary>Which classes there are few and many of, without its subject.</summary>
    [JsonIgnore]
    public string Sentence
    {
        get
        {
            var all = Counts.Sum(count => (double)count);
            var (fewest, most) = (Counts.Index().MinBy(count => count.Item), Counts.Index().MaxBy(count => count.Item));
            return string.Create(CultureInfo.InvariantCulture,
                $"{all:#,0} examples, fewest of class {Classes[fewest.Index]} ({100 * fewest.Item / all:0.0} %), most of class {Classes[most.Index]} ({100 * most.Item / all:0.0} %)");
        }
    }

    /// <summary>What travelled; null where there is none, or where it tells of no example.</summary>
    public static LabelCountsRecord? From(LabelCounts? counts) =>
        counts is { Classes.Count: > 0 } && counts.Classes.Count == counts.Counts.Count && counts.Counts.Any(count => count > 0) ? new(counts.Classes, counts.Counts) : null;
}
