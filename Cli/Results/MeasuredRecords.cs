using Federated.Cli.Watching;
using Federated.V1;

namespace Federated.Cli.Results;

/// <summary>Figures, a confusion matrix and the clients of an evaluation as objects of JSON.</summary>
internal static class MeasuredRecords
{
    /// <summary>By name, in the order of the report.</summary>
    public static IReadOnlyDictionary<string, double> Metrics(this IEnumerable<Figure> figures)
    {
        var metrics = new OrderedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var figure in figures)
            if (double.IsFinite(figure.Value)) metrics[figure.Name] = figure.Value;
        return metrics;
    }

    /// <summary>By name; null where clients were not measured apart.</summary>
    public static IReadOnlyDictionary<string, ClientRecord>? ClientRecords(this RoundReport? round)
    {
        if (round is null || round.Clients.Count == 0) return null;
        var clients = new OrderedDictionary<string, ClientRecord>(StringComparer.Ordinal);
        foreach (var client in round.Clients)
            clients[client.Client] = new(client.Metrics?.Examples ?? 0, round.AccuracyOf(client.Metrics), client.Metrics.MeanLoss(), client.Figures.Metrics());
        return clients;
    }

    /// <summary>Rows by actual class; null where there is no matrix.</summary>
    public static ConfusionRecord? ConfusionRecord(this RoundReport? round)
    {
        if (round?.Confusion is not { Classes.Count: > 0 } sent || sent.Counts.Count != sent.Classes.Count * sent.Classes.Count) return null;
        return new(sent.Classes, [.. sent.Counts.Chunk(sent.Classes.Count)]);
    }
}

/// <summary>The model on one client's own test examples.</summary>
internal sealed record ClientRecord(ulong Examples, double? Accuracy, double? Loss, IReadOnlyDictionary<string, double> Metrics);

/// <summary>How often each class was taken for each other one.</summary>
/// <param name="Classes">Names.</param>
/// <param name="Counts">A row for each actual class, with a count for each predicted one.</param>
internal sealed record ConfusionRecord(IReadOnlyList<string> Classes, IReadOnlyList<ulong[]> Counts);
