using Federated.Core.Jobs;

namespace Federated.Engine.Tests.Data.Text;

public sealed class LabelledTextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Texts_are_padded_or_cut_off_and_labels_are_classes()
    {
        _folder.Write("t.tsv", "text\tmood\ngood good \"film\" good\tup\nbad film\tdown\ngood\tup\n");
        var set = TextReading.Load(Spec("t.tsv"), _folder);
        Assert.Equal((2, 4), (set.Shape.Classes, set.Shape.Vocabularies[0] - 1));   // good, ", film twice or more
        Assert.Equal([1L, 0, 1], set.Train.Labels.ToArray());
        Assert.Equal([2, 2, 3], set.Train.Inputs(0));
        Assert.Equal([1, 4, 0], set.Train.Inputs(1));
        Assert.Null(set.Test);
        Assert.Empty(set.Owners);
    }

    [Fact]
    public void Comma_separated_texts_may_be_quoted_and_columns_are_taken_by_name()
    {
        _folder.Write("t.csv", "who,y,note,words\nann,0,x,\"a, \"\"a\"\"\na\"\nbob,1,x,a\n");
        var set = TextReading.Load(Spec("t.csv") with { Label = "y", ClientColumn = "who", Text = new() { Tokens = TokenKind.Word, Length = 8, Column = "words" } }, _folder);
        Assert.Equal<string>(["ann", "bob"], set.Owners);
        Assert.Equal([2, 1, 3, 2, 3, 2, 0, 0], set.Train.Inputs(0));   // a , " a " a
    }

    [Fact]
    public void Each_file_of_a_folder_is_a_client()
    {
        _folder.Write("f/one.tsv", "fine\t1\nfine\t0\n");
        _folder.Write("f/two.txt", "fine\t1\n");
        var set = TextReading.Load(Spec("f", header: false), _folder);
        Assert.Equal<string>(["one", "one", "two"], set.Owners);
        Assert.Contains("is a folder, in which each file is a client's, and data.client_column names clients as well", TextReading.Refusal(Spec("f", header: false) with { ClientColumn = "c0" }, _folder), StringComparison.Ordinal);
        _folder.Write("f/two.csv", "fine,1\n");
        Assert.Contains("has two.csv and two.txt, and a file's name without its ending is a client's: rename one.", TextReading.Refusal(Spec("f", header: false), _folder), StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_of_a_table_are_told_at_once_with_their_lines()
    {
        var path = _folder.Write("t.tsv", "text\ty\tsite\nfine\t1\ta\n \t1\ta\nfine\t\ta\nfine\t1\nfine\t?\t\n");
        Assert.Equal($"{path} cannot be used:\n"
            + "  line 3: the text is empty: fill it in, or leave the row out.\n"
            + "  line 4: the label is missing: fill it in, or leave the row out.\n"
            + "  line 5: 2 fields, and the first row has 3. Give every row as many.\n"
            + "  line 6: the label is missing: fill it in, or leave the row out.\n"
            + "  line 6: a client's name has 1 to 256 characters, none of them a control character: fill it in, or leave the row out.", TextReading.Refusal(Spec("t.tsv") with { ClientColumn = "site" }, _folder));
    }

    [Fact]
    public void Files_of_a_folder_that_cannot_be_used_are_their_clients_faults()
    {
        _folder.Write("f/a.tsv", "fine\t1\nfine\t0\n");
        var b = _folder.Write("f/b.tsv", "fine\t\n\tx\n");
        var c = _folder.Write("f/c.tsv", "");
        var set = TextReading.Load(Spec("f", header: false), _folder);
        Assert.Equal<string>(["a", "a"], set.Owners);
        Assert.Equal(
            [("b", $"{b} cannot be used:\n  line 1: the label is missing: fill it in, or leave the row out.\n  line 2: the text is empty: fill it in, or leave the row out."),
             ("c", $"{c} cannot be used:\n  line 1: there is no row with a text and a label: the file is empty, or has only a header. Give it rows, or leave it out.")],
            set.Faults.Select(fault => (fault.Client, fault.Reason)));
    }

    [Fact]
    public void Only_the_first_20_errors_are_told()
    {
        _folder.Write("t.tsv", "text\ty\n" + string.Concat(Enumerable.Repeat("\t1\n", 100)));
        Assert.Equal(22, TextReading.Refusal(Spec("t.tsv"), _folder).Split('\n').Length);
    }

    [Theory]
    [InlineData("t.tsv", "", "line 1: there is no row with a text and a label")]
    [InlineData("t.tsv", "text\ty\n", "line 1: there is no row with a text and a label")]
    [InlineData("t.tsv", "text y\nfine 1\n", "line 1: a table of texts has a text and a label in each row, apart by a tab.")]
    [InlineData("t.csv", "text,y\n\"open,1\n", "line 2: a quoted field is not closed.")]
    public void Table_that_cannot_be_used_says_why(string name, string text, string expected)
    {
        var path = _folder.Write(name, text);
        Assert.StartsWith(expected, TextReading.Refusal(Spec(name), _folder).Split('\n')[1].Trim(), StringComparison.Ordinal);
        Assert.StartsWith(path, TextReading.Refusal(Spec(name), _folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Column_that_is_not_there_is_named_with_those_that_are()
    {
        _folder.Write("t.tsv", "text\ty\nfine\t1\n");
        var spec = Spec("t.tsv") with { Label = "z", Text = new() { Column = "words" } };
        Assert.Contains("line 1: there is no column 'z', which data.label asks for. The columns are text, y.", TextReading.Refusal(spec, _folder), StringComparison.Ordinal);
        Assert.Contains("line 1: there is no column 'words', which data.text.column asks for.", TextReading.Refusal(spec, _folder), StringComparison.Ordinal);
        Assert.Contains("text, label and client need a column each.", TextReading.Refusal(Spec("t.tsv") with { Label = "y", ClientColumn = "y" }, _folder), StringComparison.Ordinal);
    }

    private static DataSpec Spec(string path, bool header = true) => new() { Name = "labelled_text", Path = path, Text = new() { Tokens = TokenKind.Word, Length = 3, Header = header } };
}
