using System.Globalization;
using System.Text;
using Federated.Cli.Local;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.V1;

namespace Federated.Cli.Verbs;

/// <summary>The last lines of <c>federated run</c>: what was reached and where it is.</summary>
internal static class RunClosing
{
    /// <summary>The command that goes on with a run.</summary>
    /// <param name="folder">Its results folder.</param>
    public static string Resume(string folder) => $"federated run --resume {Format.Argument(folder)}";

    public static string Text(LocalRun.Outcome outcome)
    {
        var result = outcome.Result;
        var text = new StringBuilder("\n");
        var figures = result.Metrics.Where(metric => !metric.Key.Contains('/', StringComparison.Ordinal)).ToList();
        var width = figures.Select(figure => figure.Key.Length).Append(13).Max();
        text.Append(result.Status).Append(outcome.Reason.Length > 0 ? $": {outcome.Reason}\n" : "\n");
        Row("accuracy", Format.Measure(result.Accuracy));
        Row("loss", Format.Measure(result.Loss));
        foreach (var (name, value) in figures) Row(name, Format.Measure(value));
        if (result.PersonalLoss is not null) Row("own models", $"accuracy {Format.Measure(result.PersonalAccuracy)}, loss {Format.Measure(result.PersonalLoss)}");
        foreach (var (name, spread) in new[] { ("by client", result.ClientSpread), ("validation", result.ValidationSpread), ("own models", result.PersonalSpread) })
            if (spread is not null) Row(name, spread.Sentence);
        if (result.LabelCounts is { } labels) Row("classes", $"in the last round {labels.Sentence}");
        if (result.Privacy is { } privacy) Row("privacy", privacy.Sentence);
        Row("rounds", result.Rounds.ToString(CultureInfo.InvariantCulture));
        Row("time", $"{Format.Seconds(result.WallSeconds)} ({Format.Seconds(result.TrainSeconds)} of training, summed over clients)");
        Row("traffic", $"{Format.Bytes(result.BytesDown)} down, {Format.Bytes(result.BytesUp)} up");
        Row("results", outcome.Folder);
        if (outcome.Status != RunStatus.Completed) Row("go on", Resume(outcome.Folder));
        if (result.ModelSha256 is { } sha256)
        {
            Row("model sha256", sha256);
            Row("look at it", $"federated predict {Format.Argument(outcome.Folder)}");
        }
        return text.Append(TroubledClient.Text(result.Troubled, "summary.json has all of them.")).ToString();

        void Row(string name, string value) => text.Append(CultureInfo.InvariantCulture, $"  {name.PadRight(width)} {value}\n");
    }
}
