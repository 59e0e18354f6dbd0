using System.Globalization;
using System.Text;

namespace Federated.Benchmarks.Algorithms;

/// <summary>The part of docs/results.md that compares algorithms.</summary>
internal static class AlgorithmsSection
{
    private const string Opening = """

        ## Algorithms
        Every synchronous algorithm on one job with one budget: [fashion-clients](../examples/fashion-clients.yaml), mcmahan-cnn on fashion-mnist, a hundred clients of a Dirichlet 0.1, ten of them a round for 40 rounds of one local epoch.
        *Worst tenth* is the mean accuracy of the tenth of all clients for which the model does worst, on their validation shares; *own models* is the accuracy of the last round's clients' own models on theirs, where the algorithm has any. One
        seed, one run each; seconds are processor time of coordinator and workers together; the rows down to fedsam were measured on another kind of processor than those below, which shared theirs with much other work, so compare seconds among either only. Settings are those of the papers or the defaults, and were not searched for, but for two learning rates: with the job's own scaffold ends at 0.1000, and so does mimelite with 0.005. Who wants to know which algorithm suits a job of their own should vary them there.
        afl asks every client each round, and so has four rounds for the same budget. Heads of fedper and fedrep stay with the clients: look at their own models. fedbn has no row, since the model has no normalisation layers.

        ```sh
        dotnet run -c Release --project Tests/Benchmarks -- algorithms            # every row
        dotnet run -c Release --project Tests/Benchmarks -- algorithms --only scaffold
        ```

        | algorithm | set over the job | rounds to 0.80 | accuracy | worst tenth | own models | MB down | MB up | processor seconds |
        |---|---|---|---|---|---|---|---|---|

        """;

    /// <summary>The section; "" where nothing was measured.</summary>
    public static string Write(IReadOnlyDictionary<string, AlgorithmRecord> records)
    {
        if (records.Count == 0) return "";
        var text = new StringBuilder(Opening);
        foreach (var row in AlgorithmRow.All)
        {
            if (!records.TryGetValue(row.Name, out var record)) continue;
            text.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {string.Join(", ", record.Settings.Select(setting => $"`{setting}`"))} ")
                .Append(CultureInfo.InvariantCulture, $"| {record.RoundsToTarget?.ToString(CultureInfo.InvariantCulture) ?? "-"} | {record.Accuracy:F4} | {record.WorstTenth:F4} | {(record.Personal is { } own ? own.ToString("F4", CultureInfo.InvariantCulture) : "-")} ")
                .Append(CultureInfo.InvariantCulture, $"| {record.BytesDown / 1e6:F0} | {record.BytesUp / 1e6:F0} | {record.ProcessorSeconds:F0} |\n");
        }
        return text.ToString().ReplaceLineEndings("\n");
    }
}
