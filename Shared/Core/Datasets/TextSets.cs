using System.Collections.Immutable;
using Federated.Core.Jobs;
using Federated.Core.Models;

namespace Federated.Core.Datasets;

/// <summary>What is known of text before it is read.</summary>
public static class TextSets
{
    /// <summary>The format of running text: language modelling.</summary>
    public const string Text = "text";

    /// <summary>The format of texts with a label each.</summary>
    public const string Labelled = "labelled_text";

    /// <summary>The format of the LEAF benchmark (Caldas et al. 2018, arXiv:1812.01097).</summary>
    public const string Leaf = "leaf";

    /// <summary>The tiny Shakespeare text.</summary>
    public const string Shakespeare = "shakespeare";

    /// <summary>UCI's labelled sentences.</summary>
    public const string Sentences = "sentiment-sentences";

    /// <summary>Indices before the vocabulary's first symbol: padding and unknown.</summary>
    public const int Reserved = 2;

    /// <summary>How these are shown.</summary>
    public static ImmutableArray<string> ReservedNames { get; } = ["<padding>", "<unknown>"];

    /// <summary>The classes of <see cref="Sentences"/>.</summary>
    public static ImmutableArray<string> SentenceClasses { get; } = ["negative", "positive"];

    /// <summary>The 65 symbols of shakespeare, in the order of their codes.</summary>
    public static ImmutableArray<string> ShakespeareCharacters { get; } = Characters("\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The line's end and the 95 printable characters of ASCII: fixed, so that sites agree without a word.</summary>
    public static ImmutableArray<string> PrintableCharacters { get; } = Characters("\n" + string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code)));

    /// <summary>The characters that a job's text has without a vocabulary file.</summary>
    /// <param name="name">The value of data.name.</param>
    public static ImmutableArray<string> CharactersOf(string name) => name == Shakespeare ? ShakespeareCharacters : PrintableCharacters;

    /// <summary>How symbols are shown, by index, padding and unknown as in sentence pairs.</summary>
    /// <param name="symbols">The vocabulary's, without the reserved ones.</param>
    public static ImmutableArray<string> Named(IEnumerable<string> symbols) => [.. ReservedNames, .. symbols];

    /// <summary>What running text gives to a model.</summary>
    /// <param name="length">Symbols of a window.</param>
    /// <param name="vocabulary">Size of the vocabulary with its reserved indices.</param>
    public static DataShape Windows(int length, int vocabulary) => new(Objective.LanguageModel, [length], [length, vocabulary]) { Vocabularies = [vocabulary] };

    /// <summary>Shape of a job's text, where no file decides it.</summary>
    internal static DataShape? ShapeOf(DataSpec data)
    {
        var text = data.Text;
        if (text.Tokens == TokenKind.Word || text.Vocabulary is not null) return null;
        var names = Named(CharactersOf(data.Name));
        var shape = data.Name switch
        {
            Text or Shakespeare => Windows(text.Length, names.Length),
            Sentences => DataShape.ForClasses([text.Length], 2) with { Vocabularies = [names.Length], ClassNames = SentenceClasses },
            _ => null,
        };
        return shape is null ? null : shape with { SymbolNames = [names] };
    }

    private static ImmutableArray<string> Characters(string characters) => [.. characters.Select(character => character.ToString())];
}
