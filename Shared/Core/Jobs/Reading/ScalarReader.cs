using System.Globalization;
using System.Text.RegularExpressions;
using Federated.Core.Jobs.Describing;

namespace Federated.Core.Jobs.Reading;

/// <summary>Reads a single value as the type that its key needs: the value, or one sentence what is wrong with it.</summary>
internal static class ScalarReader
{
    private const int LongestText = 4096;

    private static readonly TimeSpan PatternTime = TimeSpan.FromSeconds(1);

    /// <summary>Reads a value.</summary>
    public static (object? Value, string? Error) Read(FieldShape field, ScalarNode node)
    {
        if (node.IsNull) return field.Optional ? (null, null) : (null, $"has no value; {Sentences.Needs(field)}.");
        if (field.Kind == FieldKind.Text) return Text(field, node.Text);
        if (field.Kind == FieldKind.Choice) return Choice(field, node.Text);
        if (node.Quoted) return (null, $"'{JobErrors.Show(node.Text)}' is text because of its quotes; {Sentences.Needs(field)}, without quotes.");
        return field.Kind switch
        {
            FieldKind.Flag => Flag(node.Text),
            FieldKind.Whole => Whole(field, node.Text),
            FieldKind.Natural => Natural(field, node.Text),
            FieldKind.Real => Real(field, node.Text),
            FieldKind.Duration => Time(field, node.Text),
            _ => throw new ArgumentException($"{field.Key} is no single value.", nameof(field)),
        };
    }

    /// <summary>Reads one number of a list.</summary>
    public static (double Value, string? Error) Number(FieldShape field, ScalarNode node)
    {
        if (node.IsNull) return (0, $"has no value; allowed: {field.Allowed()}.");
        if (node.Quoted) return (0, $"'{JobErrors.Show(node.Text)}' is text because of its quotes; {Sentences.Needs(field)}, without quotes.");
        var (value, error) = Real(field, node.Text);
        return (value as double? ?? 0, error);
    }

    /// <summary>Reads one text of a list.</summary>
    public static (string Text, string? Error) Item(FieldShape field, ScalarNode node)
    {
        if (node.IsNull) return ("", "has no value; write \"\" for an empty text.");
        var (text, error) = Text(field, node.Text);
        return (text as string ?? "", error);
    }

    private static (object?, string?) Text(FieldShape field, string text)
    {
        var names = field.Names;
        if (names.Length > 0) return names.Contains(text) ? (text, null) : (null, Sentences.UnknownName(text, names));
        if (text.Length > LongestText) return (null, $"has {text.Length} characters; allowed: at most {LongestText}.");
        if (text.Any(char.IsControl) || !IsWellFormed(text))
            return (null, $"'{JobErrors.Show(text)}' has characters that cannot be printed; remove them.");
        var pattern = field.Attribute.Pattern;
        return pattern is null || Regex.IsMatch(text, $@"\A(?:{pattern})\z", RegexOptions.None, PatternTime) ? (text, null)
            : (null, $"'{JobErrors.Show(text)}' is not possible; allowed: {field.Allowed()}.");
    }

    private static (object?, string?) Choice(FieldShape field, string text)
    {
        foreach (var (word, value) in field.Choices)
            if (word == text) return (value, null);
        return (null, Sentences.Unknown(text, [.. field.Choices.Select(choice => choice.Word)]));
    }

    private static (object?, string?) Flag(string text) => text switch
    {
        "true" or "True" or "TRUE" => (true, null),
        "false" or "False" or "FALSE" => (false, null),
        _ => (null, $"'{JobErrors.Show(text)}' is neither true nor false."),
    };

    private static (object?, string?) Whole(FieldShape field, string text)
    {
        if (!IsWhole(text)) return Wrong(field, text);
        var fits = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && field.Allow(value);
        return fits ? (value, null) : OutOfRange(field, text);
    }

    private static (object?, string?) Natural(FieldShape field, string text)
    {
        if (!IsWhole(text)) return Wrong(field, text);
        var fits = ulong.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        return fits ? (value, null) : OutOfRange(field, text);
    }

    private static (object?, string?) Real(FieldShape field, string text)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        // The digit keeps out the words for infinity and not-a-number, which .NET would read.
        if (!text.Any(char.IsAsciiDigit) || !double.TryParse(text, Style, CultureInfo.InvariantCulture, out var value)) return Wrong(field, text);
        return double.IsFinite(value) && field.Allow(value) ? (value, null) : OutOfRange(field, text);
    }

    private static (object?, string?) Time(FieldShape field, string text)
    {
        if (Duration.Parse(text) is not { } value)
            return (null, $"'{JobErrors.Show(text)}' is not a duration; write it with units, for example {Duration.Examples}; allowed: {field.Allowed()}.");
        return field.Allow(value.TotalSeconds) ? (value, null) : OutOfRange(field, text);
    }

    private static (object?, string?) Wrong(FieldShape field, string text) =>
        (null, $"'{JobErrors.Show(text)}' is not a {(field.Kind == FieldKind.Numbers ? "number" : field.Noun())}; allowed: {field.Allowed()}.");

    private static (object?, string?) OutOfRange(FieldShape field, string text) =>
        (null, $"{JobErrors.Show(text)} is out of range; allowed: {field.Allowed()}.");

    private static bool IsWhole(string text)
    {
        var digits = text.AsSpan(text.StartsWith('-') || text.StartsWith('+') ? 1 : 0);
        return digits.Length > 0 && digits.IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(text[i])) return false;
        }
        return true;
    }
}
