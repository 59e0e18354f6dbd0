using Federated.Core.Jobs;

namespace Federated.Engine.Tests.Data.Wrong;

/// <summary>Tables and series.</summary>
public sealed class WrongTableTests : IDisposable
{
    private const string Good = "t,a,y\n1,2,0\n2,3,1\n3,1,0\n4,2,1\n5,2,0\n6,1,1\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("csv", "t,a,z\n1,2,0\n", "line 1: there is no column 'y'", "Correct data.label, or the file's first line.")]
    [InlineData("csv", "t,a,y\n1,2,0\n2,3,\n", "line 3, column 'y': the label is missing", "fill it in, or leave the row out")]
    [InlineData("csv", "t,a,y\n1,2,0\n2,3\n", "line 3: 2 fields", "Give every row as many")]
    [InlineData("csv", "t,a,y\n1,,0\n", "line 2, column 'a': the value is missing", "Fill it in, leave the row out")]
    [InlineData("csv", "t,a,y\n", "line 1: there is no row of data", "Give it rows")]
    [InlineData("csv", "", "line 1: there is no row of data", "Give it rows")]
    [InlineData("csv", "t,a,y\n1,2,0\n2,\"3,1", "line 3: a quoted field is not closed", "is the file cut off?")]
    [InlineData("series", "t,a,z\n1,2,0\n", "line 1: there is no column 'y'", "Correct data.series.target, or the file's first line.")]
    [InlineData("series", "t,a,y\n1,2,0\n2,3\n", "line 3: 2 fields", "Give every row as many")]
    [InlineData("series", "t,a,y\n1,2,\n", "line 2, column 'y': the value is missing", "fill it in")]
    [InlineData("series", "t,a,y\n2,2,0\n1,2,0\n", "line 3, column 't'", "sort the rows by time")]
    [InlineData("series", "t,a,y\n", "line 1: there is no row of data", "Give it rows")]
    [InlineData("series", "", "line 1: there is no row of data", "Give it rows")]
    [InlineData("series", "t,a,y\n1,2,0\n", "1 rows to train on", "Take shorter ones in data.series")]
    public void File_is_refused_and_as_a_clients_fails_alone(string name, string text, string place, string remedy)
    {
        _folder.Write("bad.csv", text);
        WrongData.AssertTells(WrongData.Refusal(_folder, Spec(name, "bad.csv")), "bad.csv", place, remedy);

        _folder.Write("sites/good.csv", Good);
        _folder.Write("sites/bad.csv", text);
        var set = WrongData.Load(_folder, Spec(name, "sites"));
        Assert.Equal<string>(["good"], set.Owners.Distinct());
        var fault = Assert.Single(set.Faults);
        Assert.Equal("bad", fault.Client);
        WrongData.AssertTells(fault.Reason, "", place, remedy);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_told_with_their_line()
    {
        _folder.Write("bad.csv", [.. "t,a,y\n1,2,0\n"u8, 0xFF, 0xFE, (byte)'\n']);
        foreach (var name in new[] { "csv", "series" })
            WrongData.AssertTells(WrongData.Refusal(_folder, Spec(name, "bad.csv")), "bad.csv", "line 3: the text is not UTF-8", "Convert the file");
    }

    private static DataSpec Spec(string name, string path) => name == "csv"
        ? new() { Name = "csv", Path = path, Label = "y" }
        : new() { Name = "series", Path = path, Series = new() { Time = "t", Target = "y", Window = 2, Horizon = 1 } };
}
