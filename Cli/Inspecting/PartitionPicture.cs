using System.Globalization;
using Federated.Cli.Terminal;
using Spectre.Console;

namespace Federated.Cli.Inspecting;

/// <summary>Who has how much of what: a row a client, with a bar for its size and, for few classes, a count for each.</summary>
internal static class PartitionPicture
{
    /// <summary>Most clients that are drawn one by one.</summary>
    public const int Rows = 50;

    private const int Columns = 12;
    private const int BarWidth = 24;

    /// <summary>Eighths of a cell, so that bars of small clients differ.</summary>
    private const string Eighths = " ▏▎▍▌▋▊▉";

    public static Table Draw(InspectedData data)
    {
        var table = new Table().RoundedBorder().BorderColor(Color.Grey);
        table.AddColumn("client");
        table.AddColumn(new TableColumn("examples").RightAligned());
        table.AddColumn("");
        var classes = data.Clients.Select(client => client.Labels.Count).DefaultIfEmpty().Max();
        var shown = classes <= Columns ? classes : 0;
        for (var label = 0; label < shown; label++)
            table.AddColumn(new TableColumn(Markup.Escape(label < data.ClassNames.Count ? data.ClassNames[label] : label.ToString(CultureInfo.InvariantCulture))).RightAligned());
        var largest = Math.Max(1, data.Clients.Select(client => client.Examples).DefaultIfEmpty().Max());
        foreach (var client in data.Clients.Take(Rows))
        {
            table.AddRow([
                Markup.Escape(client.Id), Format.Count((ulong)client.Examples), $"[green]{Bar((double)client.Examples / largest)}[/]",
                .. Enumerable.Range(0, shown).Select(label => Share(client, label))]);
        }
        return table;
    }

    // Grey where a client has nothing of a class: holes are what skew looks like.
    private static string Share(InspectedClient client, int label) =>
        client.Labels.Count == 0 || client.Labels[label] == 0 ? "[grey]·[/]" : Format.Count((ulong)client.Labels[label]);

    private static string Bar(double share)
    {
        var eighths = (int)Math.Round(share * BarWidth * 8);
        var bar = new string('█', eighths / 8) + (eighths % 8 > 0 ? Eighths[eighths % 8] : "");
        return bar.PadRight(BarWidth);
    }
}
