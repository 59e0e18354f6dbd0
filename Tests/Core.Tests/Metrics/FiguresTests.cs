using System.Collections.Immutable;
using Federated.Core.Metrics;

namespace Federated.Core.Tests.Metrics;

public sealed class FiguresTests
{
    // Rows are actual classes: of 10 a, 8 were taken for a and 2 for b; of 5 b, 1 for a and 4 for b; nothing was ever taken for c, of which there are 3.
    private static readonly Tally Three = new(TallyNames.Confusion, [0, 1, 3, 4, 6, 7, 9], [8, 2, 1, 4, 1, 2, 0]);

    [Fact]
    public void Confusion_gives_the_hand_computed_figures_of_each_class()
    {
        var figures = Of(Three, ["a", "b", "c"]);
        Assert.Equal((8 / 10.0, 8 / 10.0, 16 / 20.0), (figures["precision/a"], figures["recall/a"], figures["f1/a"]));
        Assert.Equal((4 / 8.0, 4 / 5.0, 8 / 13.0), (figures["precision/b"], figures["recall/b"], figures["f1/b"]));
        Assert.Equal((0.0, 0.0), (figures["recall/c"], figures["f1/c"]));
    }

    [Fact]
    public void Precision_of_a_class_that_was_never_predicted_is_left_out_also_of_the_mean()
    {
        var figures = Of(Three, ["a", "b", "c"]);
        Assert.DoesNotContain("precision/c", figures.Keys);
        Assert.Equal((0.8 + 0.5) / 2, figures["macro_precision"], 1e-15);
        Assert.Equal((0.8 + 0.8 + 0) / 3, figures["macro_recall"], 1e-15);
        Assert.Equal((0.8 + (8 / 13.0) + 0) / 3, figures["macro_f1"], 1e-15);
    }

    [Fact]
    public void Recall_of_a_class_without_examples_is_left_out_also_of_the_mean()
    {
        // 3 examples, all of class 0, one taken for class 1.
        var figures = Of(new(TallyNames.Confusion, [0, 1, 4], [2, 1, 0]), []);
        Assert.DoesNotContain("recall/1", figures.Keys);
        Assert.Equal((2 / 3.0, 0.0), (figures["macro_recall"], figures["precision/1"]));
    }

    [Fact]
    public void With_more_than_32_classes_there_are_only_means_and_no_matrix()
    {
        var tally = new Tally(TallyNames.Confusion, [0, 34, 33 * 33], [1, 1, 0]);
        Assert.Equal(["macro_precision", "macro_recall", "macro_f1"], Of(tally, []).Keys);
        Assert.Null(ConfusionMatrix.Of(Sums(tally), []));
        Assert.Equal(3 + (32 * 3), Of(new(TallyNames.Confusion, [.. Enumerable.Range(0, 32).Select(c => c * 33), 1024], [.. Enumerable.Repeat(1.0, 32), 0]), []).Count);
    }

    [Fact]
    public void Confusion_matrix_has_a_row_for_each_actual_class()
    {
        var matrix = ConfusionMatrix.Of(Sums(Three), ["a", "b", "c"])!;
        Assert.Equal<string>(["a", "b", "c"], matrix.Classes);
        Assert.Equal<long>([8, 2, 0, 1, 4, 0, 1, 2, 0], matrix.Counts);
        // Another number of names than of classes: indices.
        Assert.Equal<string>(["0", "1", "2"], ConfusionMatrix.Of(Sums(Three), ["a", "b"])!.Classes);
    }

    [Fact]
    public void Area_under_the_curve_counts_pairs_and_an_equal_score_one_half()
    {
        // First class at -1, 0, 0.5; second at 0, 2. Pairs won: 0 > -1, 0 = 0, 2 > all: 1 + 1/2 + 3 of 6.
        Assert.Equal(4.5 / 6, Of(Scores([-1, 0, 0.5f], [0, 2]), [])["auroc"], 1e-15);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Area_under_the_curve_is_the_fraction_of_pairs_in_order(int seed)
    {
        var random = new Random(seed);
        float[] first = [.. Enumerable.Range(0, 200).Select(_ => Rounded(random.NextSingle() * 4 - 3))];
        float[] second = [.. Enumerable.Range(0, 150).Select(_ => Rounded(random.NextSingle() * 4 - 2))];
        var won = second.Sum(b => first.Sum(a => b > a ? 1 : b == a ? 0.5 : 0));
        Assert.Equal(won / (first.Length * second.Length), Of(Scores(first, second), [])["auroc"], 1e-12);
    }

    [Fact]
    public void Area_under_the_curve_needs_both_classes()
    {
        Assert.Empty(Of(Scores([1, 2], []), []));
        Assert.Empty(Of(Scores([], [1, 2]), []));
    }

    [Fact]
    public void Buckets_are_in_the_order_of_scores()
    {
        float[] scores = [float.NegativeInfinity, -70_000, -65_504, -1.5f, -1, -1e-7f, 0, 1e-7f, 1, 1.5f, 65_504, float.PositiveInfinity];
        Assert.Equal(scores.Select(ScoreBucket.Of).Order(), scores.Select(ScoreBucket.Of));
        Assert.Equal(ScoreBucket.Of(0f), ScoreBucket.Of(-0f));
        Assert.Equal(ScoreBucket.Of(0f), ScoreBucket.Of(-1e-20f));
        // 11 significant bits: 2049 is rounded to 2048.
        Assert.Equal(ScoreBucket.Of(2048), ScoreBucket.Of(2049));
        Assert.True(ScoreBucket.Of(2050) > ScoreBucket.Of(2048));
        Assert.All(scores, score => Assert.InRange(ScoreBucket.Of(score), 0, ScoreBucket.Count - 1));
        Assert.Throws<ArgumentException>(() => ScoreBucket.Of(float.NaN));
    }

    [Fact]
    public void Regression_gives_the_hand_computed_errors()
    {
        // Targets 1, 2, 3, 6 (mean 3, sum of squared differences 14), predictions 2, 2, 1, 7: errors 1, 0, -2, 1.
        var figures = Of(new(TallyNames.Regression, [0, 1, 2, 3, 4], [4, 4, 6, 12, 50]), []);
        Assert.Equal((1.0, Math.Sqrt(1.5), 1 - (6 / 14.0)), (figures["mae"], figures["rmse"], figures["r2"]));
    }

    [Fact]
    public void Determination_is_left_out_where_targets_do_not_vary()
    {
        // 0.1 a thousand times: sums of rounded numbers, whose difference need not be 0.
        var (sum, squares) = (Enumerable.Repeat(0.1, 1000).Aggregate((a, b) => a + b), Enumerable.Repeat(0.1 * 0.1, 1000).Aggregate((a, b) => a + b));
        Assert.Equal(["mae", "rmse"], Of(new(TallyNames.Regression, [0, 1, 2, 3, 4], [1000, 1, 1, sum, squares]), []).Keys);
        Assert.Equal(["mae", "rmse"], Of(new(TallyNames.Regression, [0, 1, 2], [3, 1, 1]), []).Keys);
    }

    [Fact]
    public void Top_five_is_a_fraction() => Assert.Equal(0.75, Of(new(TallyNames.TopFive, [0, 1], [3, 4]), [])["top5_accuracy"]);

    [Fact]
    public void Perplexity_is_e_to_the_mean_loss()
    {
        // 8 tokens, each as likely as 1 in 50.
        var figures = Figures.Of(new(new(8, 8 * Math.Log(50), 0), [new(TallyNames.Tokens, [0], [8])]), []);
        Assert.Equal(50, figures.Single(figure => figure.Name == "perplexity").Value, 1e-9);
        // A loss whose exponential is no number any more.
        Assert.Empty(Figures.Of(new(new(1, 1000, 0), [new(TallyNames.Tokens, [0], [1])]), []));
    }

    [Fact]
    public void Figures_of_parts_added_up_are_those_of_the_whole()
    {
        var (left, right) = (Sums(Scores([1, 2], [3]), Three), Sums(Scores([0], [1, 5]), new(TallyNames.Confusion, [4, 5, 9], [1, 1, 0])));
        var whole = Sums(Scores([1, 2, 0], [3, 1, 5]), new(TallyNames.Confusion, [0, 1, 3, 4, 5, 6, 7, 9], [8, 2, 1, 5, 1, 1, 2, 0]));
        Assert.Equal<Figure>(Figures.Of(whole, []), Figures.Of(left + right, []));
    }

    [Fact]
    public void Tallies_that_nobody_reads_are_passed_over() => Assert.Empty(Of(new("of_the_future", [0], [1]), []));

    [Theory]
    [InlineData("auroc", true)]
    [InlineData("accuracy", true)]
    [InlineData("loss", false)]
    [InlineData("rmse", false)]
    [InlineData("perplexity", false)]
    [InlineData("recall/a/b", true)]
    public void Known_figures_have_a_direction(string name, bool higher) => Assert.Equal(higher, Figures.Find(name)!.HigherIsBetter);

    [Theory]
    [InlineData("recall")]
    [InlineData("recall/")]
    [InlineData("auroc/a")]
    [InlineData("Auroc")]
    public void Other_names_are_no_figures(string name) => Assert.Null(Figures.Find(name));

    [Fact]
    public void Every_figure_of_a_reader_is_known_and_no_two_have_a_name()
    {
        Assert.Equal(Figures.Known.Length, Figures.Known.Select(known => (known.Name, known.IsOfOneClass)).Distinct().Count());
        Assert.Equal(TallyReaders.All.Length, TallyReaders.All.Select(reader => reader.Tally).Distinct().Count());
        Assert.All(Of(Three, ["a", "b", "c"]).Keys, name => Assert.NotNull(Figures.Find(name)));
    }

    [Theory]
    [InlineData(TallyNames.Confusion, new[] { 0, 5 }, new[] { 1.0, 0 })]      // 5 is no square
    [InlineData(TallyNames.Confusion, new[] { 0, 4 }, new[] { 1.0, 1 })]      // no end
    [InlineData(TallyNames.Confusion, new[] { 0, 4 }, new[] { -1.0, 0 })]
    [InlineData(TallyNames.Confusion, new int[0], new double[0])]
    [InlineData(TallyNames.Scores, new[] { 131_072 }, new[] { 1.0 })]
    [InlineData(TallyNames.Scores, new[] { 1 }, new[] { -1.0 })]
    [InlineData(TallyNames.TopFive, new[] { 0, 1 }, new[] { 2.0, 1 })]
    [InlineData(TallyNames.TopFive, new[] { 2 }, new[] { 1.0 })]
    [InlineData(TallyNames.Regression, new[] { 5 }, new[] { 1.0 })]
    [InlineData(TallyNames.Regression, new[] { 2 }, new[] { -1.0 })]
    [InlineData(TallyNames.Tokens, new[] { 1 }, new[] { 1.0 })]
    public void Tallies_that_make_no_sense_are_complained_about(string name, int[] indices, double[] values) =>
        Assert.NotNull(TallyReaders.Find(name)!.Complaint(new(name, [.. indices], [.. values])));

    private static float Rounded(float score) => (float)(Half)score;

    private static Tally Scores(float[] first, float[] second)
    {
        var book = new TallyBook();
        foreach (var score in first) book.Add(TallyNames.Scores, 2 * ScoreBucket.Of(score), 1);
        foreach (var score in second) book.Add(TallyNames.Scores, (2 * ScoreBucket.Of(score)) + 1, 1);
        return book.Tallies.Single();
    }

    private static EvaluationSums Sums(params Tally[] tallies) => new(new(10, 1, 5), [.. tallies.OrderBy(tally => tally.Name, StringComparer.Ordinal)]);

    private static OrderedDictionary<string, double> Of(Tally tally, ImmutableArray<string> classes)
    {
        Assert.Null(TallyReaders.Find(tally.Name)?.Complaint(tally));
        var figures = new OrderedDictionary<string, double>();
        foreach (var figure in Figures.Of(Sums(tally), classes)) figures.Add(figure.Name, figure.Value);
        return figures;
    }
}
