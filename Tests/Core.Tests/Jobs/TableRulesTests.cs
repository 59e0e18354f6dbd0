using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

public sealed class TableRulesTests
{
    [Theory]
    [InlineData("table: {categorical: [a], ignore: [a]}", "data.table.ignore: 'a' is in data.table.categorical as well; keep one of the two.")]
    [InlineData("table: {categorical: [a, a]}", "data.table.categorical: 'a' is listed more than once; keep one.")]
    [InlineData("table: {categorical: [who]}", "data.table.categorical: 'who' is the column of the label or of the client, and so is no feature; remove it.")]
    [InlineData("table: {categories: {b: [1, 2]}}", "data.table.categories: 'b' is neither in data.table.categorical nor data.label; add it to one of them, or remove its categories.")]
    [InlineData("table: {categorical: [b], categories: {b: []}}", "data.table.categories.b: the list is empty; a column has one category or more.")]
    [InlineData("table: {categorical: [b], categories: {b: [1, {x: 2}]}}", "data.table.categories.b[1]: a mapping of keys stands here; needs one text.")]
    [InlineData("table: {categorical: b}", "data.table.categorical: the single value 'b' stands here; needs a list of texts such as [a, b].")]
    [InlineData("table: {categories: [b]}", "data.table.categories: a list stands here; needs lists of texts by name such as {x: [a, b]}.")]
    [InlineData("table: {missing: [null]}", "data.table.missing[0]: has no value; write \"\" for an empty text.")]
    [InlineData("table: {impute: mean}", "data.table.impute: mean needs the layer normalize, which puts the mean in: begin model.layers with normalize.")]
    [InlineData("table: {indicators: [b]}", "data.table.indicators: has no effect with data.table.impute refuse, only with mean; remove it.")]
    [InlineData("placement: local, table: {categorical: [b]}", "data.table.categories: has no list for column 'b'. With data.placement local each site sees only the categories of its own table: "
        + "list those of all, for example data.table.categories: {b: [a, b, c]}.")]
    public void What_does_not_go_together_is_one_sentence(string table, string error)
    {
        var result = JobReader.Read($"model: {{name: logistic}}\ndata: {{name: csv, path: x.csv, client_column: who, {table}}}\n");
        Assert.Equal(error, Assert.Single(result.Errors) is var only ? $"{only.Path}: {only.Message}" : "");
    }

    [Theory]
    [InlineData("series: {window: 12, season: 24}", "data.series.season: 24 rows are more than data.series.window 12; allowed: 2 to 12, or a longer window.")]
    [InlineData("series: {target: a, features: [a]}", "data.series.features: 'a' is data.series.target, whose past is a feature already; remove it.")]
    [InlineData("table: {ignore: [a]}", "data.table: has no effect with data.name series, only with csv; remove it.")]
    public void What_does_not_go_with_series_is_one_sentence(string series, string error)
    {
        var result = JobReader.Read($"model: {{layers: [flatten, dense: {{units: 1}}]}}\ntraining: {{loss: mse}}\ndata: {{name: series, path: x.csv, {series}}}\n");
        Assert.Equal(error, Assert.Single(result.Errors) is var only ? $"{only.Path}: {only.Message}" : "");
    }

    [Fact]
    public void Lists_are_read_as_texts_in_order_and_equal_where_their_texts_are()
    {
        const string Text = "model: {name: logistic}\ndata: {name: csv, path: x.csv, table: {categorical: [b, c], categories: {c: [1, yes, \"\"], b: [x]}, missing: []}}\n";
        var (one, other) = (JobReader.Read(Text).Job!.Data.Table, JobReader.Read(Text).Job!.Data.Table);
        Assert.Equal<string>(["1", "yes", ""], one.Categories.Find("c")!.Values);
        Assert.Empty(one.Missing.Values);
        Assert.Equal(one, other);
        Assert.Equal(one.ToString(), other.ToString());
        Assert.NotEqual(one, other with { Categorical = ["b"] });
        Assert.NotEqual((one with { Missing = ["a, b"] }).ToString(), (one with { Missing = ["a", "b"] }).ToString());
    }
}
