using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Data.Tables;

namespace Federated.Engine.Tests.Data;

public sealed class TypedTableTests
{
    private static readonly TableSpec Colours = new() { Categorical = ["colour"] };

    [Fact]
    public void Categories_that_are_found_become_a_feature_each_in_the_order_of_their_characters()
    {
        var set = Load("age,colour,y\n1,red,0\n2,blue,1\n3, red ,1\n", Colours);
        Assert.Equal<int>([3], set.Shape.Input);
        Assert.Equal<int>([1, 2], set.Shape.Flags);
        Assert.Equal([1f, 0f, 1f], set.Train.Features(0));   // blue, red
        Assert.Equal([2f, 1f, 0f], set.Train.Features(1));
        Assert.Equal([3f, 0f, 1f], set.Train.Features(2));
    }

    [Fact]
    public void Categories_that_are_numbers_are_the_same_however_they_are_written_and_stand_in_numerical_order()
    {
        var set = Load("colour,y\n10,0\n2.0,1\n+1e1,1\n2,0\n", Colours);
        Assert.Equal([0f, 1f], set.Train.Features(0));
        Assert.Equal([1f, 0f], set.Train.Features(1));
        Assert.Equal([0f, 1f], set.Train.Features(2));
        Assert.Equal([1f, 0f], set.Train.Features(3));
    }

    [Fact]
    public void Listed_categories_keep_the_order_of_the_list_also_where_the_data_has_only_some()
    {
        var table = Colours with { Categories = new([("colour", ["red", "green", "blue"])]) };
        Assert.Equal([0f, 0f, 1f], Load("colour,y\nblue,0\nred,1\n", table).Train.Features(0));
    }

    [Fact]
    public void Category_that_is_not_listed_is_an_error_with_line_column_and_remedy()
    {
        var table = Colours with { Categories = new([("colour", ["red", "blue"])]) };
        Assert.Contains("line 3, column 'colour': 'green' is none of the categories that data.table.categories lists (red, blue): correct it, or add it to the list.",
            Refusal("colour,y\nred,0\ngreen,1\n", table), StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_of_the_label_can_be_listed_so_that_a_site_need_not_hold_all()
    {
        var table = new TableSpec { Categories = new([("y", ["none", "mild", "severe"])]) };
        var set = Load("a,y\n1,severe\n2,none\n", table);
        Assert.Equal(3, set.Shape.Classes);
        Assert.Equal([2L, 0L], set.Train.Labels.ToArray());
        Assert.Contains("line 2, column 'y': 'bad' is none of the classes", Refusal("a,y\n1,bad\n", table), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_values_are_kept_apart_where_the_mean_stands_in_for_them()
    {
        var table = Colours with { Impute = Imputation.Mean, Missing = ["NA"], Indicators = ["age", "colour"] };
        var set = Load("age,colour,y\n1,red,0\nNA,NA,1\n", table);
        Assert.Equal<int>([1, 2, 3], set.Shape.Flags);
        Assert.Equal([1f, 0f, 1f, 0f], set.Train.Features(0));
        Assert.Equal([float.NaN, 1f, 0f, 1f], set.Train.Features(1));
    }

    [Fact]
    public void Missing_values_are_refused_unless_the_job_says_what_becomes_of_them()
    {
        var message = Refusal("age,colour,y\n?,red,0\n1,,1\n", Colours);
        Assert.Contains("line 2, column 'age': the value is missing. Fill it in, leave the row out, or set data.table.impute to mean.", message, StringComparison.Ordinal);
        Assert.Contains("line 3, column 'colour': the value is missing.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Category_that_is_listed_is_never_missing()
    {
        var table = Colours with { Categories = new([("colour", ["?", "red"])]) };
        Assert.Equal([1f, 0f], Load("colour,y\n?,0\nred,1\n", table).Train.Features(0));
    }

    [Fact]
    public void Ignored_columns_are_no_features_and_not_the_label() =>
        Assert.Equal([0L, 1L], Load("id,a,y,note\nx,1,0,?\ny,2,1,\n", new() { Ignore = ["id", "note"] }).Train.Labels.ToArray());

    [Fact]
    public void Columns_that_are_not_there_are_told_all_at_once()
    {
        var message = Refusal("a,y\n1,0\n", new() { Categorical = ["sex"], Ignore = ["id"], Impute = Imputation.Mean, Indicators = ["age"] });
        foreach (var (name, key) in new[] { ("sex", "categorical"), ("id", "ignore"), ("age", "indicators") })
            Assert.Contains($"line 1: there is no column '{name}', which data.table.{key} asks for. The columns are a, y.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Separator.Tab, "a\tb\ty\n1\t\"2\"\t0\n3\t4\t1\n")]
    [InlineData(Separator.Semicolon, "a;b;y\n1;2;0\n3;4;1\n")]
    public void Fields_may_be_separated_otherwise(Separator separator, string text) =>
        Assert.Equal([3f, 4f], Load(text, new() { Separator = separator }).Train.Features(1));

    [Fact]
    public void First_row_of_numbers_and_missing_values_is_data() =>
        Assert.Equal(2, Load("1,?,0\n?,2,1\n", new() { Impute = Imputation.Mean }).Train.Count);

    [Fact]
    public void Column_of_ids_is_not_taken_for_categories()
    {
        var rows = string.Concat(Enumerable.Range(0, 1001).Select(i => $"p{i},0\n"));
        Assert.Contains("column 'colour' has 1001 different values, which are no categories", Refusal("colour,y\n" + rows, Colours), StringComparison.Ordinal);
    }

    private static LoadedSet Load(string text, TableSpec table) =>
        CsvTable.Load(new StringReader(text), "file.csv", new() { Name = "csv", Table = table });

    private static string Refusal(string text, TableSpec table) => Assert.Throws<EngineException>(() => Load(text, table)).Message;
}
