using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Data.Pairs;
using Federated.Engine.Data.Text;

namespace Federated.Engine.Predicting;

/// <summary>Text out of symbols and symbols out of text. Immutable.</summary>
internal sealed class SymbolText
{
    private readonly ImmutableArray<string> _names;
    private readonly TokenKind _kind;
    private readonly bool _ofPair;
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);

    /// <param name="names">Of all symbols, the reserved ones among them.</param>
    /// <param name="kind">What a symbol is.</param>
    /// <param name="ofPair">Whether these are symbols of sentence pairs.</param>
    public SymbolText(ImmutableArray<string> names, TokenKind kind, bool ofPair)
    {
        (_names, _kind, _ofPair) = (names, kind, ofPair);
        for (var i = ofPair ? PairSymbols.Names.Length : TextSets.Reserved; i < names.Length; i++) _indices.Add(names[i], i);
    }

    /// <summary>The text; padding is left out, and unknown symbols are shown as such.</summary>
    public string Decode(IEnumerable<int> symbols) => PairTokens.Join(symbols.Where(symbol => symbol != PairSymbols.Padding).Select(symbol => _names[symbol]), _kind);

    /// <summary>The symbols; those that the vocabulary has not are the unknown one.</summary>
    public int[] Encode(string text)
    {
        var tokens = _ofPair ? PairTokens.Split(text, _kind) : Tokenizer.Split(text, _kind);
        return [.. tokens.Select(token => _indices.GetValueOrDefault(token, PairSymbols.Unknown))];
    }

    /// <summary>The text of symbols that are stored as floats.</summary>
    public string Decode(ReadOnlySpan<float> symbols)
    {
        var indices = new int[symbols.Length];
        for (var i = 0; i < indices.Length; i++) indices[i] = (int)symbols[i];
        return Decode(indices);
    }
}
