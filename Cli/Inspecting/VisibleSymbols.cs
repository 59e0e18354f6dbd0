using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Federated.Core.Models;

namespace Federated.Cli.Inspecting;

/// <summary>Symbols as what they stand for: characters side by side, words apart.</summary>
internal static class VisibleSymbols
{
    private const int Longest = 200;

    /// <summary>A text without its padding, cut off where it is long.</summary>
    /// <param name="shape">Of the data.</param>
    /// <param name="vocabulary">Which of its vocabularies.</param>
    /// <param name="symbols">Indices; for text and sentences 0 is padding.</param>
    public static string Of(DataShape shape, int vocabulary, ReadOnlySpan<float> symbols)
    {
        var names = NamesOf(shape, vocabulary);
        if (shape.Objective is not (Objective.Recommendation or Objective.Regression) || shape.Vocabularies.Length == 1) symbols = symbols.TrimEnd(0f);
        var text = new StringBuilder();
        var apart = !AreCharacters(names);
        foreach (var symbol in symbols)
        {
            if (apart && text.Length > 0) text.Append(' ');
            text.Append(Name(names, (int)symbol));
            if (text.Length > Longest) return text.Append(" ...").ToString();
        }
        return text.ToString();
    }

    /// <summary>The last symbol before the padding, in quotes.</summary>
    /// <param name="shape">Of the data.</param>
    /// <param name="vocabulary">Which of its vocabularies.</param>
    /// <param name="symbols">Indices, at least one of them above 0.</param>
    public static string Last(DataShape shape, int vocabulary, ReadOnlySpan<float> symbols) =>
        symbols.TrimEnd(0f) is [.., var last] ? $"'{Name(NamesOf(shape, vocabulary), (int)last)}'" : "nothing";

    private static ImmutableArray<string> NamesOf(DataShape shape, int vocabulary) => vocabulary < shape.SymbolNames.Length ? shape.SymbolNames[vocabulary] : [];

    private static string Name(ImmutableArray<string> names, int symbol) =>
        symbol < names.Length ? names[symbol].Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal) : symbol.ToString(CultureInfo.InvariantCulture);

    // Reserved symbols are in angle brackets; a vocabulary of words that all have one character reads well like this too.
    private static bool AreCharacters(ImmutableArray<string> names) => !names.IsEmpty && names.All(name => name.EnumerateRunes().Count() == 1 || (name.StartsWith('<') && name.EndsWith('>')));
}
