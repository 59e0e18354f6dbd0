using System.Globalization;
using Federated.Cli.Terminal;
using Federated.V1;

namespace Federated.Cli.Watching;

/// <summary>A round as one line of text. Scripts read it: the order of the words does not change, and the objective's own figure comes with its name.</summary>
internal static class RoundText
{
    public static string Line(RoundReport round, uint rounds)
    {
        var evaluation = round.Evaluation;
        var own = round.OwnHeadline() is { } name && evaluation is not null ? $"{name} {Format.Measure(round.Figures.Value(name))}  " : "";
        var line = string.Create(CultureInfo.InvariantCulture,
            $"round {round.Round}/{rounds}  accuracy {Format.Measure(round.AccuracyOf(evaluation))}  loss {Format.Measure(evaluation.MeanLoss())}  {own}clients {round.Updates}/{round.Cohort}  ")
            + $"down {Format.Bytes(round.BytesDown)}  up {Format.Bytes(round.BytesUp)}  time {Format.Seconds(round.WallSeconds)}";
        if (round.Masked is { } masked) line = string.Create(CultureInfo.InvariantCulture, $"{line}  masked with {masked.Neighbours}");
        if (round.Attempts > 1) line = string.Create(CultureInfo.InvariantCulture, $"{line}  attempts {round.Attempts}");
        return round.Personal.MeanLoss() is { } loss ? $"{line}  own models: accuracy {Format.Measure(round.AccuracyOf(round.Personal))} loss {Format.Measure(loss)}" : line;
    }
}
