using System.Collections.Immutable;
using Federated.Core.Metrics.Readers;

namespace Federated.Core.Metrics;

/// <summary>Everybody who reads tallies. A new metric is a reader in a file of its own and a line here.</summary>
public static class TallyReaders
{
    /// <summary>In the order in which their figures are listed.</summary>
    public static ImmutableArray<ITallyReader> All { get; } =
    [
        new ScoresReader(),
        new TopFiveReader(),
        new ConfusionReader(),
        new RegressionReader(),
        new NaiveReader(),
        new TokensReader(),
        new RankingReader(),
        new DetectionReader(),
        new BleuReader(),
        new BackdoorReader(),
    ];

    /// <summary>The reader of a tally; null for a name that nobody reads.</summary>
    public static ITallyReader? Find(string tally) => All.FirstOrDefault(reader => reader.Tally == tally);
}
