using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Jobs;
using Federated.Engine.Layers.Transformers;
using Federated.Engine.Models;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Federated.Engine.Translating;

/// <summary>Searches for likely translations, token by token, for a whole batch at once. Hypotheses compare by log P(Y | X) / lp(Y) with lp(Y) = (5 + |Y|)^α / (5 + 1)^α (Wu et al. 2016,
/// "Google's Neural Machine Translation System", arXiv:1609.08144, equation 14), where |Y| counts the end symbol; the coverage penalty of the same equation is left out (β = 0). A sentence is done
/// when it has as many finished hypotheses as the beam is wide, which with width 1 is greedy decoding; what is unfinished at the longest length competes as it is.</summary>
internal static class BeamSearch
{
    /// <param name="translator">A model, with its parameters loaded.</param>
    /// <param name="symbols">int64 [batch, S + anything]; only the sources are read.</param>
    /// <param name="beam">Width and α.</param>
    /// <returns>The tokens of each translation, without begin and end.</returns>
    public static ImmutableArray<ImmutableArray<int>> Translate(EncoderDecoder translator, Tensor symbols, BeamSpec beam)
    {
        using var disposal = NewDisposeScope();
        var device = symbols.device;
        using var memory = translator.Read(symbols);
        var searches = Enumerable.Range(0, (int)symbols.shape[0]).Select(_ => new SentenceSearch(beam)).ToArray();
        var width = beam.Width;
        if (width > 1) memory.Select(tensor([.. searches.SelectMany((_, sentence) => Enumerable.Repeat((long)sentence, width))], device: device));

        var (tokens, rows) = (new long[searches.Length * width], new long[searches.Length * width]);
        Array.Fill(tokens, PairSymbols.Begin);
        for (var step = 0; step < translator.TargetLength && !Array.TrueForAll(searches, search => search.IsDone); step++)
        {
            using var scope = NewDisposeScope();
            var (scores, places, vocabulary) = Likeliest(translator.Extend(tensor(tokens, tokens.Length, 1, device: device), memory), searches, width);
            for (var i = 0; i < searches.Length; i++)
                searches[i].Advance(scores.AsSpan(i * 2 * width, 2 * width), places.AsSpan(i * 2 * width, 2 * width), vocabulary, tokens.AsSpan(i * width, width), rows.AsSpan(i * width, width), i * width);
            if (width > 1) memory.Select(tensor(rows, device: device));
        }
        return [.. searches.Select(search => search.Best())];
    }

    // The 2 * width best continuations of each sentence: even if as many as the beam is wide end there, as many go on.
    private static (float[] Scores, long[] Places, int Vocabulary) Likeliest(Tensor logits, SentenceSearch[] searches, int width)
    {
        var vocabulary = (int)logits.shape[1];
        var reached = tensor([.. searches.SelectMany(search => search.Scores)], searches.Length * width, 1, device: logits.device);
        var next = F.log_softmax(logits, 1).index_fill_(1, tensor([(long)PairSymbols.Padding, PairSymbols.Begin], device: logits.device), float.NegativeInfinity);
        var (scores, places) = (next + reached).view(searches.Length, width * vocabulary).topk(Math.Min(2 * width, width * vocabulary), 1);
        return (scores.cpu().contiguous().Floats().ToArray(), places.cpu().contiguous().Longs().ToArray(), vocabulary);
    }
}
