using System.Collections.Immutable;

namespace Federated.Engine.Data.Text;

/// <summary>A vocabulary's file: UTF-8 with a symbol on each line, where \n, \t and \\ stand for the line's end, the tab and the backslash.</summary>
internal static class SymbolFile
{
    /// <summary>The symbols in the order of their lines.</summary>
    /// <param name="path">The file.</param>
    /// <param name="complaint">What is wrong with a symbol, as <c>is no word.</c>; null where nothing is.</param>
    /// <exception cref="EngineException">A line is empty, a repetition, or no symbol, or there is none; up to 20 errors with their lines.</exception>
    public static ImmutableArray<string> Read(string path, Func<string, string?> complaint)
    {
        var (errors, lines) = (new FileErrors(path), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var (number, written) in TextFile.Lines(path).Index().Select(line => (line.Index + 1, line.Item)))
        {
            if (errors.IsFull) break;
            var symbol = Unescaped(written);
            if (symbol.Length == 0) errors.Add($"line {number} is empty; each line is a symbol.");
            else if (complaint(symbol) is { } wrong) errors.Add($"line {number}: '{Short(written)}' {wrong}");
            else if (!lines.TryAdd(symbol, number)) errors.Add($"line {number}: '{Short(written)}' is in line {lines[symbol]} already.");
        }
        if (lines.Count == 0 && !errors.IsFull) errors.Add("there is no symbol in it.");
        errors.ThrowIfAny();
        return [.. lines.OrderBy(pair => pair.Value).Select(pair => pair.Key)];
    }

    private static string Unescaped(string line) => line switch
    {
        "\\n" => "\n",
        "\\t" => "\t",
        "\\\\" => "\\",
        _ => line,
    };

    private static string Short(string text) => text.Length > 40 ? text[..40] + "..." : text;
}
