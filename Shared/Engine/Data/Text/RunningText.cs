using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Jobs;

namespace Federated.Engine.Data.Text;

/// <summary>A client's text; the name is empty where the data has no clients.</summary>
internal sealed record ClientText(string Client, string Text);

/// <summary>Makes a language model's examples. The test share is the end of each client's text, and no token of it is an input or a target of training. Windows follow each other without
/// overlap: the target of one window's last symbol is the next one's first.</summary>
internal static class RunningText
{
    /// <summary>Cuts texts into windows.</summary>
    /// <param name="texts">One a client.</param>
    /// <param name="data">Length of windows, test share, size of a vocabulary of words.</param>
    /// <param name="vocabulary">The symbols; null for the words of the training part.</param>
    /// <param name="path">What the texts are from, for messages.</param>
    /// <param name="unusable">Clients whose files could not be read.</param>
    /// <exception cref="EngineException">There is too little text, or the vocabulary does not fit. A single client of which that is so is told among the faults.</exception>
    public static LoadedSet Create(IReadOnlyList<ClientText> texts, DataSpec data, Vocabulary? vocabulary, string path, ImmutableArray<ClientFault> unusable)
    {
        var (spec, errors, faults) = (data.Text, new FileErrors(path), unusable.ToBuilder());
        var split = texts.Select(text => Tokenizer.Split(text.Text, spec.Tokens).ToList()).ToList();
        // A share such as 0.29 is stored a little too small, and 0.29 of 100 shall be 29.
        var train = split.Select(tokens => tokens.Count - (int)(data.Test * tokens.Count + 1e-9)).ToList();
        var enough = new List<int>();
        foreach (var (index, (text, count)) in texts.Zip(train).Index())
        {
            if (count >= 2) enough.Add(index);
            else faults.Add(new(text.Client, $"{path} cannot be used:\n  {(text.Client.Length > 0 ? $"client '{text.Client}'" : "the text")} has {count} symbols to train on, and predicting the next one needs at least 2: give more text, or leave it out."));
        }
        if (enough.Count == 0) throw new EngineException(ClientFiles.Told(faults));
        (texts, split, train) = ([.. enough.Select(index => texts[index])], enough.ConvertAll(index => split[index]), enough.ConvertAll(index => train[index]));
        vocabulary ??= Vocabulary.OfWords(split.Zip(train).SelectMany(pair => pair.First.Take(pair.Second)), spec.Size);
        var encoded = split.ConvertAll(vocabulary.Encode);
        vocabulary.RefuseForeign(encoded, errors);
        errors.ThrowIfAny();

        var (windows, tests) = (ImmutableArray.CreateBuilder<Window>(), ImmutableArray.CreateBuilder<Window>());
        var (owners, testOwners) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        var start = 0;
        foreach (var ((text, tokens), kept) in texts.Zip(encoded).Zip(train))
        {
            Cut(start, start + kept, spec.Length, windows);
            Cut(start + kept, start + tokens.Length, spec.Length, tests);
            Own(text.Client, windows.Count, owners);
            Own(text.Client, tests.Count, testOwners);
            start += tokens.Length;
        }
        var all = encoded.SelectMany(tokens => tokens).ToArray();
        var shape = TextSets.Windows(spec.Length, vocabulary.Size) with { SymbolNames = [vocabulary.Names] };
        return new(shape, new WindowExamples(all, windows.ToImmutable(), spec.Length), new WindowExamples(all, tests.ToImmutable(), spec.Length), owners.ToImmutable())
        {
            TestOwners = testOwners.ToImmutable(),
            Faults = [.. faults.OrderBy(fault => fault.Client, StringComparer.Ordinal)],
        };
    }

    // Each token from begin to end but the last is an input once.
    private static void Cut(int begin, int end, int length, ImmutableArray<Window>.Builder windows)
    {
        for (var start = begin; start + 1 < end; start += length) windows.Add(new(start, Math.Min(length, end - 1 - start)));
    }

    private static void Own(string client, int count, ImmutableArray<string>.Builder owners)
    {
        while (client.Length > 0 && owners.Count < count) owners.Add(client);
    }
}
