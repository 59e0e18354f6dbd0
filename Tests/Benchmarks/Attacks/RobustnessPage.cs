using System.Globalization;
using System.Text;

namespace Federated.Benchmarks.Attacks;

/// <summary>The measured part of docs/robustness.md, between its two markers; what is around it is written by hand.</summary>
internal static class RobustnessPage
{
    private const string Begin = "<!-- measured: begin -->\n";
    private const string End = "<!-- measured: end -->";

    /// <exception cref="InvalidOperationException">The page has no markers.</exception>
    public static async Task WriteAsync(string path, IReadOnlyList<string> rules, IReadOnlyList<string> attacks, IReadOnlyDictionary<(string Rule, string Attack), Cell> cells)
    {
        var page = await File.ReadAllTextAsync(path);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new InvalidOperationException($"{path} has no place for what was measured: {Begin.Trim()} and {End}.");
        await File.WriteAllTextAsync(path, page[..(begin + Begin.Length)] + Table(rules, attacks, cells) + page[end..]);
    }

    private static string Table(IReadOnlyList<string> rules, IReadOnlyList<string> attacks, IReadOnlyDictionary<(string Rule, string Attack), Cell> cells)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"| rule | {string.Join(" | ", attacks)} | triggers that work |\n|{string.Concat(Enumerable.Repeat("---|", attacks.Count + 2))}\n");
        foreach (var rule in rules)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {rule} |");
            foreach (var attack in attacks) text.Append(CultureInfo.InvariantCulture, $" {Number(cells[(rule, attack)].Accuracy)} |");
            text.Append(CultureInfo.InvariantCulture, $" {Number(attacks.Select(attack => cells[(rule, attack)].Backdoor).FirstOrDefault(backdoor => backdoor is not null))} |\n");
        }
        foreach (var ((rule, attack), cell) in cells.Where(cell => cell.Value.Failure.Length > 0).OrderBy(cell => cell.Key.Rule, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"\n{rule} under {attack}: {cell.Failure}\n");
        return text.ToString();
    }

    private static string Number(double? value) => value is { } number && double.IsFinite(number) ? number.ToString("F3", CultureInfo.InvariantCulture) : "-";
}
