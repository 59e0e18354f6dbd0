using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Data.Pairs;

/// <summary>The symbols of one language: the reserved ones, then tokens. Immutable.</summary>
internal sealed class PairVocabulary
{
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);

    private PairVocabulary(IEnumerable<string> tokens)
    {
        Symbols = [.. PairSymbols.Names, .. tokens];
        for (var i = PairSymbols.Names.Length; i < Symbols.Length; i++) _indices.Add(Symbols[i], i);
    }

    /// <summary>The text of every symbol, by index.</summary>
    public ImmutableArray<string> Symbols { get; }

    /// <summary>The symbols of tokens, unknown ones as such.</summary>
    public IEnumerable<int> Indices(List<string> tokens) => tokens.Select(token => _indices.GetValueOrDefault(token, PairSymbols.Unknown));

    /// <summary>The most frequent tokens, ties in ordinal order.</summary>
    /// <param name="sentences">Of the training data.</param>
    /// <param name="size">At most so many tokens.</param>
    /// <param name="minimum">Tokens that occur less often are left out.</param>
    public static PairVocabulary Of(IEnumerable<List<string>> sentences, int size, int minimum) => new(sentences.SelectMany(tokens => tokens).CountBy(token => token, StringComparer.Ordinal)
        .Where(count => count.Value >= minimum).OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal).Take(size).Select(count => count.Key));

    /// <summary>Reads a file of one token a line; a line of one blank is the blank between words.</summary>
    /// <exception cref="EngineException">A line is empty or occurs twice, or there is none; up to 20 errors with their lines.</exception>
    public static PairVocabulary Read(string path) => new(SymbolFile.Read(path, _ => null));
}
