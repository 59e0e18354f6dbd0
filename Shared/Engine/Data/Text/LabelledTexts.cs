using Federated.Core.Jobs;
using Federated.Engine.Data.Tables;

namespace Federated.Engine.Data.Text;

/// <summary>A text, what is to be said of it, and where it stands.</summary>
/// <param name="Text">Not empty.</param>
/// <param name="Label">Not empty.</param>
/// <param name="Client">Empty where the data has no clients.</param>
internal sealed record LabelledText(string Text, string Label, string Client);

/// <summary>Makes the examples of a classification of texts (or, where labels are numbers that are not whole, of a regression): the first symbols of each text, padded at the end.</summary>
internal static class LabelledTexts
{
    /// <summary>Encodes texts.</summary>
    /// <param name="train">At least one.</param>
    /// <param name="test">The set's own test texts; null where a share is to be set aside.</param>
    /// <param name="data">Length of examples, size of a vocabulary of words.</param>
    /// <param name="vocabulary">The symbols; null for the words of <paramref name="train"/>.</param>
    /// <param name="errors">Receives what does not fit; thrown.</param>
    /// <exception cref="EngineException">The vocabulary does not fit, or <paramref name="errors"/> had some before.</exception>
    public static LoadedSet Create(IReadOnlyList<LabelledText> train, IReadOnlyList<LabelledText>? test, DataSpec data, Vocabulary? vocabulary, FileErrors errors)
    {
        errors.ThrowIfAny();
        List<List<string>> Split(IEnumerable<LabelledText> texts) => [.. texts.Select(text => Tokenizer.Split(text.Text, data.Text.Tokens).ToList())];
        var (split, splitTest) = (Split(train), Split(test ?? []));
        vocabulary ??= Vocabulary.OfWords(split.SelectMany(symbols => symbols), data.Text.Size);
        var (encoded, encodedTest) = (split.ConvertAll(vocabulary.Encode), splitTest.ConvertAll(vocabulary.Encode));
        vocabulary.RefuseForeign(encoded.Concat(encodedTest), errors);
        errors.ThrowIfAny();

        var all = CsvLabels.Of([.. train.Concat(test ?? []).Select(text => text.Label)]);
        var owned = train[0].Client.Length > 0;
        return new(all.ShapeOver([data.Text.Length]) with { Vocabularies = [vocabulary.Size], SymbolNames = [vocabulary.Names] }, Examples(encoded, all, 0, data.Text.Length),
            test is null ? null : Examples(encodedTest, all, train.Count, data.Text.Length), owned ? [.. train.Select(text => text.Client)] : [])
        {
            TestOwners = owned && test is not null ? [.. test.Select(text => text.Client)] : [],
        };
    }

    private static FloatExamples Examples(List<int[]> texts, CsvLabels labels, int first, int length)
    {
        if ((long)texts.Count * length > Array.MaxLength)
            throw new EngineException($"{texts.Count} texts of {length} symbols do not fit into memory: lower data.text.length, or take a part of them.");
        var values = new float[texts.Count * length];
        for (var i = 0; i < texts.Count; i++)
            for (var j = 0; j < Math.Min(length, texts[i].Length); j++) values[i * length + j] = texts[i][j];
        return new(values, length, labels.Labels.Length > 0 ? labels.Labels[first..(first + texts.Count)] : [], labels.Targets.Length > 0 ? labels.Targets[first..(first + texts.Count)] : []);
    }
}
