using System.Globalization;
using System.Text;
using Federated.Cli.Results;
using Federated.Cli.Terminal;
using Federated.Core;

namespace Federated.Cli.Predicting;

/// <summary>Predictions for programs: a table or a line of JSON each.</summary>
internal static class PredictionFile
{
    private const string Csv = ".csv", JsonLines = ".jsonl";

    /// <summary>Refuses a file whose ending says no format.</summary>
    /// <exception cref="CommandException">It ends in something else.</exception>
    public static void CheckFormat(string path)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is not (Csv or JsonLines))
            throw new CommandException(ExitCodes.Usage, $"--out {path} says no format: end it with {Csv} or {JsonLines}.", remedy: "");
    }

    /// <summary>Writes predictions, completely or not at all.</summary>
    /// <param name="path">Its ending says the format.</param>
    /// <param name="rows">At least one; all have the same columns.</param>
    public static Task WriteAsync(string path, IReadOnlyList<OrderedDictionary<string, object>> rows)
    {
        var text = new StringBuilder();
        if (Path.GetExtension(path).Equals(JsonLines, StringComparison.OrdinalIgnoreCase))
        {
            foreach (var row in rows) text.Append(ResultJson.Line(row)).Append('\n');
        }
        else
        {
            text.AppendJoin(',', rows[0].Keys).Append('\n');
            foreach (var row in rows) text.AppendJoin(',', row.Values.Select(Field)).Append('\n');
        }
        return AtomicFile.WriteTextAsync(path, text.ToString());
    }

    // RFC 4180. A list is JSON within its field.
    private static string Field(object value)
    {
        var text = value switch
        {
            string given => given,
            int or float => Convert.ToString(value, CultureInfo.InvariantCulture)!,
            _ => ResultJson.Line(value),
        };
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
