using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Text;

/// <summary>The symbols that have an index of their own: 0 is padding, 1 stands for all others, then come these. Immutable.</summary>
internal sealed class Vocabulary
{
    /// <summary>The index of symbols that are not in the vocabulary.</summary>
    public const int Unknown = 1;

    private readonly Dictionary<string, int> _indices;

    /// <param name="symbols">In the order of their indices, each once.</param>
    /// <param name="kind">How text is cut into them.</param>
    /// <param name="origin">Where they are from, for messages: a file, or <c>printable ASCII</c>.</param>
    public Vocabulary(ImmutableArray<string> symbols, TokenKind kind, string origin)
    {
        (Kind, Origin, Names) = (kind, origin, TextSets.Named(symbols));
        _indices = symbols.Select((symbol, place) => (symbol, place)).ToDictionary(pair => pair.symbol, pair => pair.place + TextSets.Reserved, StringComparer.Ordinal);
    }

    /// <summary>How text is cut into symbols.</summary>
    public TokenKind Kind { get; }

    /// <summary>The text of every index, how padding and unknown symbols are shown included.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Where it is from.</summary>
    public string Origin { get; }

    /// <summary>Number of indices, padding and unknown included.</summary>
    public int Size => _indices.Count + TextSets.Reserved;

    /// <summary>The most frequent symbols of some texts; of equally frequent ones those that come first in ordinal order. Symbols that occur once are left out: they stand for the unknown
    /// ones to come, whose vector would else never be trained.</summary>
    /// <param name="symbols">All symbols of the training texts.</param>
    /// <param name="most">At most so many.</param>
    public static Vocabulary OfWords(IEnumerable<string> symbols, int most)
    {
        var counts = symbols.CountBy(symbol => symbol, StringComparer.Ordinal).Where(pair => pair.Value > 1);
        var chosen = counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(most);
        return new([.. chosen.Select(pair => pair.Key)], TokenKind.Word, "the words of the training texts");
    }

    /// <summary>The index of each symbol.</summary>
    public int[] Encode(IReadOnlyList<string> symbols)
    {
        var indices = new int[symbols.Count];
        for (var i = 0; i < indices.Length; i++) indices[i] = _indices.GetValueOrDefault(symbols[i], Unknown);
        return indices;
    }

    /// <summary>Refuses texts of which the vocabulary knows less than half: it belongs to others.</summary>
    /// <param name="texts">Encoded.</param>
    /// <param name="errors">Receives the complaint.</param>
    public void RefuseForeign(IEnumerable<int[]> texts, FileErrors errors)
    {
        var (all, unknown) = (0L, 0L);
        foreach (var text in texts)
        {
            all += text.Length;
            unknown += text.AsSpan().Count(Unknown);
        }
        if (unknown * 2 <= all) return;
        var what = Kind == TokenKind.Word ? "words" : "characters";
        errors.Add($"{unknown} of its {all} {what} are not in the vocabulary ({Origin}): give one that fits in data.text.vocabulary.");
    }
}
