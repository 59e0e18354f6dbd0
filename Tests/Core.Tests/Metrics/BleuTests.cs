using Federated.Core.Metrics;

namespace Federated.Core.Tests.Metrics;

public sealed class BleuTests
{
    private const int Unknown = 1;

    private static Tally TallyOf(params (string Hypothesis, string Reference)[] sentences)
    {
        var (symbols, book) = (new Dictionary<string, int> { ["?"] = Unknown }, new TallyBook());
        foreach (var (hypothesis, reference) in sentences) Bleu.Add(Indices(hypothesis), Indices(reference), Unknown, book);
        return Assert.Single(book.Tallies);

        int[] Indices(string sentence) =>
            [.. sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => symbols.TryGetValue(word, out var known) ? known : symbols[word] = symbols.Count + 10)];
    }

    [Fact]
    public void Matches_are_clipped_as_in_the_papers_second_example()
    {
        // Papineni et al. 2002, section 2.1: modified unigram precision 2/7 and bigram precision 0.
        var tally = TallyOf(("the the the the the the the", "the cat is on the mat"));
        Assert.Equal((2, 7, 0, 6), (tally[0], tally[4], tally[1], tally[5]));
        Assert.Equal(0, Bleu.Of(tally));
    }

    [Fact]
    public void Precisions_of_the_papers_first_example_are_those_counted_by_hand()
    {
        // Candidate 1 of example 1 against reference 1.
        var tally = TallyOf((
            "it is a guide to action which ensures that the military always obeys the commands of the party",
            "it is a guide to action that ensures that the military will forever heed party commands"));
        // Unigrams: it is a guide to action ensures that the military commands party = 12; the reference has "the" once.
        // Bigrams: it-is is-a a-guide guide-to to-action ensures-that that-the the-military = 8. Trigrams: 4 + ensures-that-the that-the-military = 6. 4-grams: 3 + 1 = 4.
        Assert.Equal([12, 8, 6, 4], Enumerable.Range(0, 4).Select(n => tally[n]));
        Assert.Equal([18, 17, 16, 15], Enumerable.Range(4, 4).Select(n => tally[n]));
        Assert.Equal((18, 16), (tally[8], tally[9]));
        // (12/18 * 8/17 * 6/16 * 4/15)^(1/4), no penalty.
        Assert.Equal(0.4208598069524091, Bleu.Of(tally)!.Value, 1e-12);
    }

    [Fact]
    public void Brevity_penalty_is_e_to_one_minus_reference_over_translation()
    {
        // Four of five words, all right: every precision is 1.
        Assert.Equal(Math.Exp(1 - 5 / 4.0), Bleu.Of(TallyOf(("a b c d", "a b c d e")))!.Value, 1e-12);
        Assert.Equal(1, Bleu.Of(TallyOf(("a b c d", "a b c d")))!.Value, 1e-12);
    }

    [Fact]
    public void Corpus_figure_is_that_of_summed_counts_and_not_a_mean()
    {
        (string, string)[] one = [("a b c d", "a b c d")], other = [("e f g h x", "e f g h i j")];
        var (left, right) = (TallyOf(one), TallyOf(other));
        // Matches 8 6 4 2 of 9 7 5 3 n-grams, 9 tokens for 10: e^(-1/9) (8/9 6/7 4/5 2/3)^(1/4).
        Assert.Equal(0.7144468265841446, Bleu.Of(Tally.Add(left, right))!.Value, 1e-12);
        Assert.Equal(Bleu.Of(TallyOf([.. one, .. other])), Bleu.Of(Tally.Add(left, right)));
    }

    [Fact]
    public void Unknown_words_match_nothing()
    {
        var tally = TallyOf(("a ? b c", "a ? b c"));
        Assert.Equal([3, 1, 0, 0], Enumerable.Range(0, 4).Select(n => tally[n]));
    }

    [Fact]
    public void Without_a_translation_of_four_words_there_is_no_figure()
    {
        Assert.Null(Bleu.Of(TallyOf(("a b c", "a b c"), ("", "a b"))));
    }
}
