using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Data.Tables;

namespace Federated.Engine.Tests.Data;

public sealed class CsvTableTests
{
    [Fact]
    public void Table_has_its_last_column_as_label_and_the_others_as_features()
    {
        var set = Load("height,weight,kind\n1.5,2,dog\n-3e1,.5,cat\n");
        Assert.Equal<int>([2], set.Shape.Input);
        Assert.Equal(2, set.Shape.Classes);
        Assert.Equal([1L, 0L], set.Train.Labels.ToArray());   // cat, dog: in ordinal order
        Assert.Equal([1.5f, 2f], Row(set, 0));
        Assert.Equal([-30f, 0.5f], Row(set, 1));
        Assert.Null(set.Test);
    }

    [Fact]
    public void Label_and_client_columns_are_taken_by_name_and_are_no_features()
    {
        var set = Load("site,y,a,b\nnorth,7,1,2\nsouth,10,3,4\n", label: "y", client: "site");
        Assert.Equal<string>(["north", "south"], set.Owners);
        Assert.Equal([3f, 4f], Row(set, 1));
    }

    [Fact]
    public void Last_column_that_is_not_the_clients_is_the_label() =>
        Assert.Equal([0L, 1L], Load("a,y,site\n1,7,north\n3,10,south\n", client: "site").Train.Labels.ToArray());

    [Fact]
    public void First_row_of_numbers_is_data_and_columns_are_numbered()
    {
        var set = Load("1,2,0\n3,4,1\n", label: "c0");
        Assert.Equal(2, set.Train.Count);
        Assert.Equal([2f, 0f], Row(set, 0));
    }

    [Fact]
    public void Whole_numbers_are_classes_in_numerical_order() =>
        Assert.Equal([1L, 0L, 2L, 1L], Load("a,y\n1,2\n1,-1\n1,10\n1,2.0\n").Train.Labels.ToArray());

    [Fact]
    public void Numbers_that_are_not_whole_make_it_regression()
    {
        var set = Load("a,y\n1,2\n1,0.5\n");
        Assert.Equal(0, set.Shape.Classes);
        Assert.Equal([2f, 0.5f], set.Train.Targets());
        Assert.True(set.Train.Labels.IsEmpty);
    }

    [Fact]
    public void All_errors_of_a_table_are_told_at_once_with_line_and_column()
    {
        var message = Refusal("a,b,y\n1,red,0\n?,2,1\n1,2\n1,NaN,1\n1,1e39,1\n1, ,\n");
        Assert.StartsWith("file.csv cannot be used:", message, StringComparison.Ordinal);
        Assert.Contains("line 2, column 'b': 'red' is not a finite number", message, StringComparison.Ordinal);
        Assert.Contains("line 3, column 'a': the value is missing", message, StringComparison.Ordinal);
        Assert.Contains("line 4: 2 fields, and the first row has 3", message, StringComparison.Ordinal);
        Assert.Contains("line 5, column 'b': 'NaN'", message, StringComparison.Ordinal);
        Assert.Contains("line 6, column 'b': '1e39'", message, StringComparison.Ordinal);
        Assert.Contains("line 7, column 'b': the value is missing", message, StringComparison.Ordinal);
        Assert.Contains("line 7, column 'y': the label is missing", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_first_20_errors_are_told()
    {
        var message = Refusal("a,y\n" + string.Concat(Enumerable.Repeat("x,1\n", 100)));
        Assert.Equal(22, message.Split('\n').Length);
        Assert.Contains("Only the first 20 errors", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null, null, "there is no row of data")]
    [InlineData("a,y\n", null, null, "there is no row of data")]
    [InlineData("y\n1\n", null, null, "no column left for features")]
    [InlineData("a,a,y\n1,2,3\n", null, null, "'a' occurs more than once")]
    [InlineData("a,y\n1,2\n", "z", null, "there is no column 'z', which data.label asks for. The columns are a, y.")]
    [InlineData("a,y\n1,2\n", null, "z", "there is no column 'z', which data.client_column asks for")]
    [InlineData("a,b,y\n1,2,3\n", "y", "y", "both the label's column and the client's")]
    [InlineData("a,c,y\n1,,3\n", null, "c", "a client's name has 1 to 256 characters")]
    [InlineData("a,y\n1,\"2\n", null, null, "line 2: a quoted field is not closed")]
    public void Table_that_cannot_be_used_says_why(string text, string? label, string? client, string expected) =>
        Assert.Contains(expected, Refusal(text, label, client), StringComparison.Ordinal);

    [Fact]
    public void File_that_cannot_be_read_is_named() =>
        Assert.StartsWith("no-such-folder/x.csv cannot be read", Assert.Throws<EngineException>(() => CsvTable.LoadFile("no-such-folder/x.csv", new DataSpec())).Message, StringComparison.Ordinal);

    private static LoadedSet Load(string text, string? label = null, string? client = null) => CsvTable.Load(new StringReader(text), "file.csv", new() { Name = "csv", Label = label, ClientColumn = client });

    private static string Refusal(string text, string? label = null, string? client = null) =>
        Assert.Throws<EngineException>(() => Load(text, label, client)).Message;

    private static float[] Row(LoadedSet set, int index)
    {
        var values = new float[set.Train.Width];
        set.Train.CopyFeatures(index, values);
        return values;
    }
}
