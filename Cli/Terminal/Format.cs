using System.Globalization;

namespace Federated.Cli.Terminal;

/// <summary>Numbers as people read them; the same everywhere in the command, whatever the locale.</summary>
internal static class Format
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>Decimal units: 999 B, 1.5 kB, 12.3 MB.</summary>
    public static string Bytes(ulong bytes)
    {
        var (value, unit) = ((double)bytes, 0);
        // 999.95 would be shown as 1000.0 of its unit.
        while (value >= 999.95 && unit < Units.Length - 1) (value, unit) = (value / 1000, unit + 1);
        return unit == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes} B") : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {Units[unit]}");
    }

    /// <summary>Four decimals, or a dash where nothing was measured.</summary>
    public static string Measure(double? value) => value is { } number ? number.ToString("0.0000", CultureInfo.InvariantCulture) : "-";

    /// <summary>Seconds with two decimals.</summary>
    public static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s");

    /// <summary>0:07, 12:34 or 1:02:03; a dash for null.</summary>
    public static string Clock(TimeSpan? time) => time switch
    {
        null => "-",
        { TotalHours: >= 1 } long_ => string.Create(CultureInfo.InvariantCulture, $"{(long)long_.TotalHours}:{long_.Minutes:00}:{long_.Seconds:00}"),
        { } short_ => string.Create(CultureInfo.InvariantCulture, $"{short_.Minutes}:{short_.Seconds:00}"),
    };

    /// <summary>0, 5, 8-10 for rounds.</summary>
    /// <param name="rounds">Ascending, each once.</param>
    public static string Rounds(IReadOnlyList<uint> rounds)
    {
        var text = new List<string>();
        for (int first = 0, last = 0; first < rounds.Count; first = ++last)
        {
            while (last + 1 < rounds.Count && rounds[last + 1] == rounds[last] + 1) last++;
            var range = first == last ? "" : string.Create(CultureInfo.InvariantCulture, $"-{rounds[last]}");
            text.Add(string.Create(CultureInfo.InvariantCulture, $"{rounds[first]}{range}"));
        }
        return string.Join(", ", text);
    }

    /// <summary>A word of a command line that people may copy, in quotes where a shell would take it apart.</summary>
    public static string Argument(string text) =>
        text.All(c => char.IsLetterOrDigit(c) || c is '/' or '\\' or '.' or '-' or '_' or ':' or '+' or ',' or '@') ? text
        : OperatingSystem.IsWindows() ? $"\"{text}\""
        : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    /// <summary>1,797 for counts.</summary>
    public static string Count(ulong count) => count.ToString("#,0", CultureInfo.InvariantCulture);
}
