using System.Collections.Immutable;
using Federated.Core.Datasets;
using Federated.Core.Jobs;

namespace Federated.Engine.Translating;

/// <summary>The hypotheses of one sentence. Not thread-safe.</summary>
internal sealed class SentenceSearch
{
    private readonly BeamSpec _beam;
    private readonly float[] _scores;
    private ImmutableArray<int>[] _live;
    private ImmutableArray<int> _best = [];
    private double _bestScore = double.NegativeInfinity;
    private int _finished;

    public SentenceSearch(BeamSpec beam)
    {
        (_beam, _scores, _live) = (beam, new float[beam.Width], [.. Enumerable.Repeat(ImmutableArray<int>.Empty, beam.Width)]);
        // All begin alike, and only the first may go on, or all would be the same for ever.
        Array.Fill(_scores, float.NegativeInfinity, 1, beam.Width - 1);
    }

    /// <summary>log P of each live hypothesis; minus infinity for one that is none.</summary>
    public IEnumerable<float> Scores => _scores;

    /// <summary>Whether as many hypotheses have ended as the beam is wide.</summary>
    public bool IsDone => _finished >= _beam.Width;

    /// <summary>Goes on by one token.</summary>
    /// <param name="scores">log P of the best continuations, best first.</param>
    /// <param name="places">What each is: hypothesis * vocabulary + token.</param>
    /// <param name="vocabulary">Symbols of the target.</param>
    /// <param name="tokens">Receives the last token of each live hypothesis.</param>
    /// <param name="rows">Receives the row of the batch that each one continues.</param>
    /// <param name="first">The sentence's first row in the batch.</param>
    public void Advance(ReadOnlySpan<float> scores, ReadOnlySpan<long> places, int vocabulary, Span<long> tokens, Span<long> rows, int first)
    {
        var next = new List<ImmutableArray<int>>(_beam.Width);
        for (var i = 0; i < scores.Length && next.Count < _beam.Width; i++)
        {
            if (float.IsNegativeInfinity(scores[i])) break;   // so small a vocabulary has no more
            var (hypothesis, token) = ((int)(places[i] / vocabulary), (int)(places[i] % vocabulary));
            if (token == PairSymbols.End)
            {
                // An end that is not among the best of the beam would not have been kept as a hypothesis either.
                if (i < _beam.Width && !IsDone) Finish(_live[hypothesis], scores[i], _live[hypothesis].Length + 1);
                continue;
            }
            (tokens[next.Count], rows[next.Count], _scores[next.Count]) = (token, first + hypothesis, scores[i]);
            next.Add(_live[hypothesis].Add(token));
        }
        for (var i = next.Count; i < _beam.Width; i++) (tokens[i], rows[i], _scores[i]) = (PairSymbols.End, first, float.NegativeInfinity);
        _live = [.. next];
    }

    /// <summary>The best translation: of those that ended and, if too few have, of the others as they are.</summary>
    public ImmutableArray<int> Best()
    {
        for (var i = 0; i < _live.Length && !IsDone; i++) Finish(_live[i], _scores[i], _live[i].Length);
        return _best;
    }

    private void Finish(ImmutableArray<int> tokens, double score, int length)
    {
        _finished++;
        var weighed = score / LengthPenalty(length, _beam.LengthPenalty);
        if (weighed > _bestScore) (_best, _bestScore) = (tokens, weighed);
    }

    /// <summary>lp(Y) = (5 + |Y|)^α / (5 + 1)^α.</summary>
    internal static double LengthPenalty(int length, double alpha) => Math.Pow(5 + length, alpha) / Math.Pow(5 + 1, alpha);
}
