using System.Globalization;
using System.Text;

namespace Federated.Core.Jobs.Describing;

/// <summary>Values as they are written in a job file.</summary>
internal static class ValueText
{
    // Plain words that some YAML reader takes for something other than text.
    private static readonly HashSet<string> Reserved = new(["null", "true", "false", "yes", "no", "on", "off", "y", "n"], StringComparer.OrdinalIgnoreCase);

    /// <summary>One value on one line.</summary>
    public static string Of(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        ulong number => number.ToString(CultureInfo.InvariantCulture),
        double number => Real(number),
        TimeSpan duration => Duration.Format(duration),
        NumberList numbers => $"[{string.Join(", ", numbers.Values.Select(Real))}]",
        TextList texts => $"[{string.Join(", ", texts.Values.Select(Text))}]",
        TextLists lists => $"{{{string.Join(", ", lists.Lists.Select(list => $"{Text(list.Name)}: {Of(list.List)}"))}}}",
        Enum member => Words.Of(member),
        string text => Text(text),
        _ => throw new ArgumentException($"A job has no values of type {value.GetType().Name}.", nameof(value)),
    };

    // With a point always, also before an exponent: YAML 1.1 readers take 1e-8 for text.
    private static string Real(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        if (text.Contains('.', StringComparison.Ordinal)) return text;
        var exponent = text.IndexOf('e', StringComparison.Ordinal);
        return exponent < 0 ? text + ".0" : $"{text[..exponent]}.0{text[exponent..]}";
    }

    private static string Text(string text)
    {
        var plain = text.Length > 0 && char.IsAsciiLetter(text[0]) && !Reserved.Contains(text)
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/');
        if (plain) return text;
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (c is >= ' ' and <= '~') quoted.Append(c);
            else quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }
        return quoted.Append('"').ToString();
    }
}
