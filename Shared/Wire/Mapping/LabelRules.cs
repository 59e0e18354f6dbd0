namespace Federated.Wire.Mapping;

/// <summary>What a worker may say of itself: labels such as region north.</summary>
public static class LabelRules
{
    /// <summary>Most labels of a worker.</summary>
    public const int MostLabels = 32;

    /// <summary>Most characters of a label's name, and of its value.</summary>
    public const int MostCharacters = 64;

    /// <summary>What is wrong with labels, as the end of a sentence; null where nothing is.</summary>
    public static string? Check(IReadOnlyDictionary<string, string> labels)
    {
        if (labels.Count > MostLabels) return $"{labels.Count} labels; at most {MostLabels} are allowed.";
        return labels.FirstOrDefault(label => !IsPlain(label.Key) || !IsPlain(label.Value)) is { Key: { } name }
            ? $"'{name}', a name or value of which has not 1 to {MostCharacters} characters, or control characters." : null;
    }

    private static bool IsPlain(string text) => text.Length is > 0 and <= MostCharacters && !text.Any(char.IsControl);
}
