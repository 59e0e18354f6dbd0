using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Core.Models;
using Federated.Core.Partitioning;
using Federated.Core.Randomness;

namespace Federated.Engine.Data.Pairs;

/// <summary>Makes a data set of sentence pairs.</summary>
internal static class PairSet
{
    /// <summary>Cuts into tokens, leaves out what is too long, divides into training and test by source sentence, and numbers tokens by vocabularies.</summary>
    /// <param name="pairs">All pairs.</param>
    /// <param name="data">Lengths, tokens, vocabularies, groups and the test share.</param>
    /// <param name="folders">Where vocabulary files are looked for.</param>
    /// <exception cref="EngineException">Nothing is left to train on, or a vocabulary file is missing or broken.</exception>
    public static LoadedSet Create(List<SentencePair> pairs, DataSpec data, DataFolders folders)
    {
        var spec = data.Pairs;
        var cut = pairs.Select(pair => new Cut(PairTokens.Split(pair.Source, spec.SourceTokens), PairTokens.Split(pair.Target, spec.TargetTokens), IsTest(pair.Source, data.Test), pair.Owner))
            .Where(pair => pair.Source.Count <= spec.SourceLength && pair.Target.Count <= spec.TargetLength).ToList();
        if (cut.TrueForAll(pair => pair.IsTest))
            throw new EngineException($"Of {pairs.Count} sentence pairs none is left to train on: {pairs.Count - cut.Count} are longer than data.pairs.source_length {spec.SourceLength} "
                + $"or target_length {spec.TargetLength} tokens, and {cut.Count} fall into the test share, data.test. Raise the lengths or lower data.test.");

        var train = cut.Where(pair => !pair.IsTest).ToList();
        var sources = Vocabulary(spec.SourceVocabulary, "data.pairs.source_vocabulary", train.Select(pair => pair.Source), spec, folders);
        var targets = Vocabulary(spec.TargetVocabulary, "data.pairs.target_vocabulary", train.Select(pair => pair.Target), spec, folders);
        RefuseForeign(spec.SourceVocabulary, "data.pairs.source_vocabulary", sources, cut.Select(pair => pair.Source));
        RefuseForeign(spec.TargetVocabulary, "data.pairs.target_vocabulary", targets, cut.Select(pair => pair.Target));
        var owners = Owners(cut, spec.Groups);
        var shape = DataShape.ForPairs(spec.SourceLength, spec.TargetLength + 1, sources.Symbols.Length, targets.Symbols.Length) with { SymbolNames = [sources.Symbols, targets.Symbols] };
        return new(shape, Examples(train), Examples(cut.Where(pair => pair.IsTest)), Of(owners, isTest: false)) { TestOwners = Of(owners, isTest: true) };

        PairExamples Examples(IEnumerable<Cut> some) => new(spec.SourceLength, spec.TargetLength + 1,
            [.. some.Select(pair => sources.Indices(pair.Source).ToArray())], [.. some.Select(pair => targets.Indices(pair.Target).ToArray())]);

        ImmutableArray<string> Of(ImmutableArray<string> all, bool isTest) => all.IsEmpty ? [] : [.. all.Where((_, row) => cut[row].IsTest == isTest)];
    }

    // A sentence and the draw of its text decide, not the job's seed or the pair's owner: many sentences occur several times, at several owners, and at none may it be trained on
    // where it is tested elsewhere. Vocabularies, which only see the training data, need the division as well.
    private static bool IsTest(string source, double share) => SeedTree.Derive(0, "pairs-test:" + PairTokens.Sameness(source)) / 18446744073709551616.0 < share;

    private static PairVocabulary Vocabulary(string? file, string key, IEnumerable<List<string>> sentences, PairsSpec spec, DataFolders folders) => file is null
        ? PairVocabulary.Of(sentences, spec.Size, spec.MinimumCount) : PairVocabulary.Read(DataPath.FindFile(file, key, "vocabulary", folders));

    // As for text: a file that lacks most of what is said belongs to another language, or to other tokens.
    private static void RefuseForeign(string? file, string key, PairVocabulary vocabulary, IEnumerable<List<string>> sentences)
    {
        if (file is null) return;
        int[] symbols = [.. sentences.SelectMany(vocabulary.Indices)];
        var unknown = symbols.Count(symbol => symbol == PairSymbols.Unknown);
        if (unknown * 2L > symbols.Length)
            throw new EngineException($"{unknown} of the sentences' {symbols.Length} tokens are not in the vocabulary {file}: give one that fits in {key}; are its tokens words or characters, as the job says?");
    }

    private static ImmutableArray<string> Owners(List<Cut> pairs, int? groups)
    {
        if (pairs.Exists(pair => pair.Owner is null))
            return groups is null ? [] : throw new EngineException("data.pairs.groups bundles contributors, and the data does not name any: add a third column to the file, or remove the key.");
        ImmutableArray<string> owners = [.. pairs.Select(pair => pair.Owner!)];
        return groups is { } count ? BalancedGroups.Of(owners, count) : owners;
    }

    private sealed record Cut(List<string> Source, List<string> Target, bool IsTest, string? Owner);
}
