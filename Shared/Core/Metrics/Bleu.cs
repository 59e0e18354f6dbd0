namespace Federated.Core.Metrics;

/// <summary>Corpus BLEU-4 against one reference each (Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", ACL 2002, sections 2.1 to 2.3): the geometric mean
/// of the clipped precisions of n-grams up to 4, all weighted equally and none smoothed, times the brevity penalty. As in the paper it lies in [0, 1].</summary>
public static class Bleu
{
    /// <summary>N-grams go up to this length.</summary>
    public const int Longest = 4;

    /// <summary>Indices of the tally: clipped matches of n-grams at n - 1, n-grams of hypotheses at 4 + n - 1, tokens of hypotheses, tokens of references.</summary>
    internal const int Totals = Longest, HypothesisLength = 2 * Longest, ReferenceLength = HypothesisLength + 1;

    /// <summary>Adds one sentence.</summary>
    /// <param name="hypothesis">The translation's tokens, without begin and end.</param>
    /// <param name="reference">The reference's tokens, likewise.</param>
    /// <param name="unknown">The symbol of unknown tokens: two of them need not be the same, so an n-gram with one matches nothing.</param>
    /// <param name="tallies">Receives the sums.</param>
    public static void Add(ReadOnlySpan<int> hypothesis, ReadOnlySpan<int> reference, int unknown, TallyBook tallies)
    {
        for (var n = 1; n <= Longest; n++)
        {
            var (written, wanted) = (Count(hypothesis, n), Count(reference, n));
            var matches = written.Where(pair => !pair.Key.Has(unknown)).Sum(pair => Math.Min(pair.Value, wanted.GetValueOrDefault(pair.Key)));
            tallies.Add(TallyNames.Bleu, n - 1, matches);
            tallies.Add(TallyNames.Bleu, Totals + n - 1, Math.Max(0, hypothesis.Length - n + 1));
        }
        tallies.Add(TallyNames.Bleu, HypothesisLength, hypothesis.Length);
        tallies.Add(TallyNames.Bleu, ReferenceLength, reference.Length);
    }

    /// <summary>The figure.</summary>
    /// <param name="tally">Named <see cref="TallyNames.Bleu"/>.</param>
    /// <returns>null where it is undefined: no hypothesis has as many as four tokens, so that there is no 4-gram to be right or wrong.</returns>
    public static double? Of(Tally tally)
    {
        var logarithms = 0.0;
        for (var n = 0; n < Longest; n++)
        {
            if (tally[Totals + n] == 0) return null;
            logarithms += Math.Log(tally[n] / tally[Totals + n]);   // of 0: minus infinity, and BLEU is 0
        }
        var (written, wanted) = (tally[HypothesisLength], tally[ReferenceLength]);
        var brevity = written > wanted ? 1 : Math.Exp(1 - wanted / written);
        return brevity * Math.Exp(logarithms / Longest);
    }

    private static Dictionary<Gram, int> Count(ReadOnlySpan<int> tokens, int n)
    {
        var counts = new Dictionary<Gram, int>();
        for (var i = 0; i + n <= tokens.Length; i++)
        {
            var gram = new Gram(tokens[i], n > 1 ? tokens[i + 1] : -1, n > 2 ? tokens[i + 2] : -1, n > 3 ? tokens[i + 3] : -1);
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }
        return counts;
    }

    private readonly record struct Gram(int First, int Second, int Third, int Fourth)
    {
        public bool Has(int token) => First == token || Second == token || Third == token || Fourth == token;
    }
}
