using System.Globalization;

namespace Federated.Core.Jobs.Describing;

/// <summary>A key's range, checked and in words.</summary>
internal static class Limits
{
    /// <summary>Whether a number (durations: seconds) is in the key's range.</summary>
    public static bool Allow(this FieldShape field, double value)
    {
        var limits = field.Attribute;
        return value >= limits.Minimum && value <= limits.Maximum
            && (double.IsInfinity(limits.ExclusiveMinimum) || value > limits.ExclusiveMinimum)
            && (double.IsInfinity(limits.ExclusiveMaximum) || value < limits.ExclusiveMaximum);
    }

    /// <summary>Which values a key may have: "1 to 10", "above 0 and at most 1", "sgd, adam or adamw".</summary>
    public static string Allowed(this FieldShape field) => field.Kind switch
    {
        FieldKind.Flag => "true or false",
        FieldKind.Choice => Words.List([.. field.Choices.Select(choice => choice.Word)]),
        FieldKind.Text when field.Names.Length > 0 => Words.List(field.Names),
        FieldKind.Text => field.Attribute.PatternInWords ?? "any text",
        FieldKind.Natural => $"0 to {ulong.MaxValue}",
        FieldKind.Whole or FieldKind.Real or FieldKind.Duration => Range(field),
        FieldKind.Numbers => $"each {Range(field)}",
        FieldKind.Texts or FieldKind.TextLists => "any texts",
        _ => "",
    };

    /// <summary>What kind of value a key has.</summary>
    public static string Noun(this FieldShape field) => field.Kind switch
    {
        FieldKind.Flag => "true or false",
        FieldKind.Choice => "word",
        FieldKind.Text => field.Names.Length > 0 ? "name" : "text",
        FieldKind.Natural or FieldKind.Whole => "whole number",
        FieldKind.Real => "number",
        FieldKind.Duration => "duration",
        FieldKind.Numbers => "list of numbers",
        FieldKind.Texts => "list of texts",
        FieldKind.TextLists => "lists of texts by name",
        FieldKind.List => $"list of {field.Entries!.Entry}s",
        _ => "keys",
    };

    private static string Range(FieldShape field)
    {
        var limits = field.Attribute;
        if (double.IsFinite(limits.Minimum) && double.IsFinite(limits.Maximum))
            return $"{Show(field, limits.Minimum)} to {Show(field, limits.Maximum)}";
        var low = double.IsFinite(limits.Minimum) ? $"at least {Show(field, limits.Minimum)}"
            : double.IsFinite(limits.ExclusiveMinimum) ? $"above {Show(field, limits.ExclusiveMinimum)}" : "";
        var high = double.IsFinite(limits.Maximum) ? $"at most {Show(field, limits.Maximum)}"
            : double.IsFinite(limits.ExclusiveMaximum) ? $"below {Show(field, limits.ExclusiveMaximum)}" : "";
        return low.Length > 0 && high.Length > 0 ? $"{low} and {high}" : low.Length > 0 ? low : high.Length > 0 ? high : "any";
    }

    private static string Show(FieldShape field, double limit) =>
        field.Kind == FieldKind.Duration ? Duration.Format(TimeSpan.FromSeconds(limit)) : limit.ToString(CultureInfo.InvariantCulture);
}
