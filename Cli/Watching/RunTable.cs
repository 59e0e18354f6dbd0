using System.Globalization;
using Federated.Cli.Terminal;
using Federated.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Federated.Cli.Watching;

/// <summary>A run on the screen: the latest rounds, a bar for the open round, and the sums.</summary>
internal static class RunTable
{
    private const int BarWidth = 32;

    /// <param name="board">The run.</param>
    /// <param name="sinceEvent">Time since the last event, which the run's own clock does not have yet.</param>
    /// <param name="rows">Most rounds to show.</param>
    public static IRenderable Render(RunBoard board, TimeSpan sinceEvent, int rows)
    {
        var lines = new List<IRenderable> { Rounds([.. board.Rounds.Values.Skip(Math.Max(0, board.Rounds.Count - rows))], board.Summary.Rounds) };
        if (board.Progress is { } progress && !board.HasEnded) lines.Add(new Markup(Bar(progress)));
        lines.Add(new Markup(Sums(board, sinceEvent)));
        if (board.Notice is { } notice && !board.HasEnded) lines.Add(new Markup($"[yellow]{Markup.Escape(notice)}[/]"));
        return new Rows(lines);
    }

    /// <summary>The table of rounds alone.</summary>
    public static Table Rounds(IReadOnlyCollection<RoundReport> reports, uint rounds)
    {
        var table = new Table().RoundedBorder().BorderColor(Color.Grey);
        // One run has one objective.
        var own = reports.Select(MetricsReading.OwnHeadline).FirstOrDefault(name => name is not null);
        var personal = reports.Any(round => round.Personal is { Examples: > 0 });
        var isPrivate = reports.Any(round => round.Privacy is not null);
        string[] names = ["round", "accuracy", "loss", .. own is null ? [] : new[] { own }, .. personal ? new[] { "own acc.", "own loss" } : [], .. isPrivate ? new[] { "ε" } : [], "clients", "down", "up", "time"];
        foreach (var name in names) table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var round in reports)
        {
            string[] row =
            [
                string.Create(CultureInfo.InvariantCulture, $"{round.Round}/{rounds}"),
                Format.Measure(round.AccuracyOf(round.Evaluation)),
                Format.Measure(round.Evaluation.MeanLoss()),
                .. own is null ? [] : new[] { Format.Measure(round.Figures.Value(own)) },
                .. personal ? new[] { Format.Measure(round.AccuracyOf(round.Personal)), Format.Measure(round.Personal.MeanLoss()) } : [],
                .. isPrivate ? new[] { round.Privacy is { HasEpsilon: true } privacy ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(privacy.Epsilon * 1000) / 1000:0.000}") : "-" } : [],
                string.Create(CultureInfo.InvariantCulture, $"{round.Updates}/{round.Cohort}"),
                Format.Bytes(round.BytesDown),
                Format.Bytes(round.BytesUp),
                Format.Seconds(round.WallSeconds),
            ];
            table.AddRow(row);
        }
        return table;
    }

    private static string Bar(RoundProgress progress)
    {
        var full = progress.Of == 0 ? 0 : (int)(BarWidth * Math.Min(1.0, (double)progress.Done / progress.Of));
        var counts = progress.Of == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {progress.Done}/{progress.Of}");
        var attempt = progress.Attempt > 1 ? string.Create(CultureInfo.InvariantCulture, $" (attempt {progress.Attempt})") : "";
        var round = progress.Round == 0 ? "start" : string.Create(CultureInfo.InvariantCulture, $"round {progress.Round}");
        return $"{round} [green]{new string('━', full)}[/][grey]{new string('━', BarWidth - full)}[/]{counts} {Markup.Escape(progress.Phase)}{attempt}";
    }

    private static string Sums(RunBoard board, TimeSpan sinceEvent)
    {
        var summary = board.Summary;
        var time = Format.Clock(TimeSpan.FromSeconds(Math.Max(0, summary.WallSeconds)) + sinceEvent);
        var status = StatusNames.Of(summary.Status);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Markup.Escape(summary.Name)} [grey]{Markup.Escape(summary.Run)}[/]  {status}  {summary.Clients} clients on {summary.Workers} workers  time {time}  ETA {Format.Clock(board.Remaining)}  ")
            + $"down {Format.Bytes(summary.BytesDown)}  up {Format.Bytes(summary.BytesUp)}";
    }
}
