using System.Globalization;
using Federated.Engine.Predicting;
using Spectre.Console;

namespace Federated.Cli.Predicting;

/// <summary>Predictions for people.</summary>
internal static class PredictionText
{
    // Below that a detector's boxes are many and mean little; files have all of them.
    private const float LeastConfidence = 0.25f;

    /// <summary>A table with a row for each prediction.</summary>
    /// <param name="rows">At least one; all have the same columns.</param>
    public static Table Draw(IReadOnlyList<OrderedDictionary<string, object>> rows)
    {
        var table = new Table().SimpleBorder();
        foreach (var (name, value) in rows[0])
        {
            var column = new TableColumn(Markup.Escape(name));
            table.AddColumn(value is int or float ? column.RightAligned() : column);
        }
        foreach (var row in rows) table.AddRow([.. row.Select(cell => Colored(row, cell.Key, Markup.Escape(Text(cell.Value, "\n"))))]);
        return table;
    }

    /// <summary>A value as text.</summary>
    /// <param name="value">A text, a number or a list.</param>
    /// <param name="between">What stands between the entries of a list.</param>
    public static string Text(object value, string between) => value switch
    {
        int number => number.ToString(CultureInfo.InvariantCulture),
        float number => number.ToString("0.####", CultureInfo.InvariantCulture),
        IEnumerable<RankedItem> items => string.Join(between, items.Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.Item} {item.Probability:0.00}"))),
        IEnumerable<BoxRecord> boxes => string.Join(between, boxes.Where(box => box.Confidence is null or >= LeastConfidence).Select(Text)),
        // A line's end in the middle of a cell would look like the next row.
        _ => ((string)value).Replace("\n", "\u21b5", StringComparison.Ordinal),
    };

    private static string Text(BoxRecord box) => string.Create(CultureInfo.InvariantCulture,
        $"{box.Class}{(box.Confidence is { } sure ? $" {sure.ToString("0.00", CultureInfo.InvariantCulture)}" : "")} at {box.X:0.00} {box.Y:0.00}, {box.Width:0.00} x {box.Height:0.00}");

    private static string Colored(OrderedDictionary<string, object> row, string name, string text) =>
        name != "predicted" || !row.TryGetValue("actual", out var actual) ? text : row[name].Equals(actual) ? $"[green]{text}[/]" : $"[red]{text}[/]";
}
