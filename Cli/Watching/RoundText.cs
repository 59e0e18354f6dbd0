using System.Globalization;
using Federated.Cli.Terminal;
using Federated.V1;

namespace Federated.Cli.Watching;

/// <summary>A round as one line of text. Scripts read it: the order of the words does not change.</summary>
internal static class RoundText
{
    public static string Line(RoundReport round, uint rounds)
    {
        var evaluation = round.Evaluation;
        var line = string.Create(CultureInfo.InvariantCulture,
            $"round {round.Round}/{rounds}  accuracy {Format.Measure(evaluation.Accuracy())}  loss {Format.Measure(evaluation.MeanLoss())}  clients {round.Updates}/{round.Cohort}  ")
            + $"down {Format.Bytes(round.BytesDown)}  up {Format.Bytes(round.BytesUp)}  time {Format.Seconds(round.WallSeconds)}";
        return round.Attempts > 1 ? string.Create(CultureInfo.InvariantCulture, $"{line}  attempts {round.Attempts}") : line;
    }
}
