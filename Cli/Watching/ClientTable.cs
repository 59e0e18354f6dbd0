using Federated.Cli.Terminal;
using Federated.V1;
using Spectre.Console;

namespace Federated.Cli.Watching;

/// <summary>The clients of an evaluation that measured them apart, a row each.</summary>
internal static class ClientTable
{
    /// <param name="round">Has clients.</param>
    public static Table Of(RoundReport round)
    {
        var table = new Table().RoundedBorder().BorderColor(Color.Grey).AddColumn("client");
        var own = round.OwnHeadline();
        string[] names = ["examples", "accuracy", "loss", .. own is null ? [] : new[] { own }];
        foreach (var name in names) table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var client in round.Clients)
        {
            string[] row =
            [
                Markup.Escape(client.Client),
                Format.Count(client.Metrics?.Examples ?? 0),
                Format.Measure(round.AccuracyOf(client.Metrics)),
                Format.Measure(client.Metrics.MeanLoss()),
                .. own is null ? [] : new[] { Format.Measure(client.Figures.Value(own)) },
            ];
            table.AddRow(row);
        }
        return table;
    }
}
