using Federated.Core.Jobs.Describing;

namespace Federated.Core.Jobs.Reading;

/// <summary>Sentences that several errors share.</summary>
internal static class Sentences
{
    /// <summary>What a key needs: "needs a whole number, 1 to 10".</summary>
    public static string Needs(FieldShape field) => field.Kind switch
    {
        FieldKind.Flag => "needs true or false",
        FieldKind.Choice => $"needs one of {field.Allowed()}",
        FieldKind.List => $"needs a list of {field.Entries!.Entry}s, each after '- '",
        FieldKind.Record => Needs(field.Record!),
        FieldKind.Duration => $"needs a duration such as {Duration.Examples}, {field.Allowed()}",
        FieldKind.Numbers => $"needs a list of numbers such as [1.0, 2.5], {field.Allowed()}",
        FieldKind.Texts => "needs a list of texts such as [a, b]",
        FieldKind.TextLists => "needs lists of texts by name such as {x: [a, b]}",
        FieldKind.Text when field.Names.Length > 0 => $"needs one of {field.Allowed()}",
        FieldKind.Text => $"needs text: {field.Allowed()}",
        _ => $"needs a {field.Noun()}, {field.Allowed()}",
    };

    /// <summary>Which keys a record needs.</summary>
    public static string Needs(RecordShape record) =>
        record.Fields.IsEmpty ? "needs no options" : $"needs keys with values ({string.Join(", ", record.Fields.Select(field => field.Key))})";

    /// <summary>A name that is not known, with the nearest one and all that are.</summary>
    public static string Unknown(string text, IReadOnlyList<string> known) =>
        $"'{JobErrors.Show(text)}' is not known; {Instead(NearestName.Of(text, known))}{Words.List(known)}.";

    /// <summary>A name that is not known in a catalogue; where it is the word of another key, that key.</summary>
    public static string UnknownName(string text, IReadOnlyList<string> known) =>
        JobFields.All.Where(placed => placed.Field.Choices.Any(choice => choice.Word == text)).Select(placed => placed.Path).FirstOrDefault() is { } path
            ? $"'{text}' is not known here; it is a value of {path}. Allowed: {Words.List(known)}."
            : Unknown(text, known);

    /// <summary>A key that is not known, with the nearest one, or the place in the whole file where a key of this name belongs.</summary>
    public static string UnknownKey(string key, RecordShape record, RecordShape whole)
    {
        if (record.Fields.IsEmpty) return $"'{JobErrors.Show(key)}' is not known; there are no options here.";
        string[] known = [.. record.Fields.Select(field => field.Key)];
        var nearest = NearestName.Of(key, known)
            ?? JobFields.Of(whole).Where(placed => placed.Field.Key == key).Select(placed => placed.Path).FirstOrDefault();
        return $"'{JobErrors.Show(key)}' is not a key here; {Instead(nearest)}{Words.List(known)}.";
    }

    private static string Instead(string? nearest) => nearest is null ? "allowed: " : $"did you mean '{nearest}'? Allowed: ";
}
