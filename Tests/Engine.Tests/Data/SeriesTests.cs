using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Data.Series;

namespace Federated.Engine.Tests.Data;

public sealed class SeriesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Window_has_the_targets_past_first_and_the_target_is_what_follows()
    {
        var set = Cut("temp,load\n1,10\n2,20\n3,30\n4,40\n5,50\n", new() { Window = 2, Horizon = 2 });
        Assert.Equal<int>([2, 2], set.Shape.Input);
        Assert.Equal<int>([2], set.Shape.Output);
        Assert.Equal(2, set.Train.Count);
        Assert.Equal([10f, 1f, 20f, 2f], set.Train.Features(0));   // row by row: load, temp
        Assert.Equal([30f, 40f, 40f, 50f], set.Train.Targets());
        Assert.True(set.Train.Labels.IsEmpty);
    }

    [Fact]
    public void Test_is_the_end_of_the_series_and_no_training_window_reaches_into_it()
    {
        var rows = string.Concat(Enumerable.Range(0, 10).Select(i => $"{i}\n"));
        var set = Cut("x\n" + rows, new() { Window = 3, Horizon = 1, Step = 2 }, test: 0.3);
        Assert.Equal([3f, 5f], set.Train.Targets());           // windows from rows 0 and 2; that from row 4 would predict row 7
        Assert.Equal([7f, 8f, 9f], set.Test!.Targets());        // every test row is predicted, whatever the step
        Assert.Equal([4f, 5f, 6f], set.Test!.Features(0));      // from the rows before it, as a forecast is
    }

    [Fact]
    public void Windows_never_cross_from_one_client_to_another()
    {
        var set = Cut("who,x\nb,1\na,10\nb,2\na,20\nb,3\na,30\nb,4\n", new() { Window = 2 }, client: "who");
        Assert.Equal<string>(["a", "b", "b"], set.Owners);
        Assert.Equal([10f, 20f], set.Train.Features(0));
        Assert.Equal([1f, 2f], set.Train.Features(1));
        Assert.Equal([30f, 3f, 4f], set.Train.Targets());
    }

    [Fact]
    public void Columns_of_window_and_target_are_taken_by_name()
    {
        var set = Cut("t,a,b,c\n1,5,6,7\n2,8,9,10\n", new() { Target = "a", Features = ["c"], Time = "t", Window = 1 });
        Assert.Equal([5f, 7f], set.Train.Features(0));
        Assert.Equal([8f], set.Train.Targets());
    }

    [Fact]
    public void Errors_of_a_table_are_told_at_once_with_line_column_and_remedy()
    {
        var message = Refusal("when,x\n2026-01-01T02:00,1\n2026-01-01T01:00,2\nyesterday,3\n2026-01-01T04:00,\n2026-01-01T05:00,high\n2026-01-01T06:00\n", new() { Time = "when", Window = 1 });
        Assert.Contains("line 3, column 'when': 2026-01-01T01:00 is not later than 2026-01-01T02:00 in line 2: sort the rows by time, and leave out repeated ones.", message, StringComparison.Ordinal);
        Assert.Contains("line 4, column 'when': 'yesterday' is neither a date and time as in ISO 8601", message, StringComparison.Ordinal);
        Assert.Contains("line 5, column 'x': the value is missing. A series has no gaps", message, StringComparison.Ordinal);
        Assert.Contains("line 6, column 'x': 'high' is not a finite number.", message, StringComparison.Ordinal);
        Assert.Contains("line 7: 1 fields, and the first row has 2.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y", null, "there is no column 'y', which data.series.target asks for")]
    [InlineData(null, "y", "there is no column 'y', which data.series.features asks for")]
    [InlineData(null, "x", "'x' is the target, whose past is a feature already")]
    public void Columns_that_do_not_fit_are_told(string? target, string? feature, string expected) =>
        Assert.Contains(expected, Refusal("a,x\n1,2\n", new() { Target = target, Features = feature is null ? null : [feature] }), StringComparison.Ordinal);

    [Fact]
    public void Series_that_is_too_short_is_named() =>
        Assert.Contains("client 'a' has 3 rows to train on and 0 to test on",
            Refusal("who,x\na,1\na,2\na,3\n", new() { Window = 3 }, client: "who"), StringComparison.Ordinal);

    [Fact]
    public async Task Folder_has_a_client_a_file()
    {
        _folder.Write("sites/south.csv", "x\n5\n6\n7\n");
        _folder.Write("sites/north.csv", "x\n1\n2\n3\n4\n");
        var data = new DataSpec { Name = "series", Path = "sites", Test = 0.34, Series = new() { Window = 1 }, Partition = new() { Kind = PartitionKind.Natural } };
        var loaded = await new DatasetStore(new DataFolders([_folder.Path], _folder.Path)).LoadAsync(data, 1, [], CancellationToken.None);
        Assert.Equal([("north", 2), ("south", 1)], loaded.Clients.Select(client => (client.Id, client.Train.Length)));
        Assert.Equal([4f, 7f], loaded.Test.Targets());
        Assert.Equal([0, 1], loaded.Clients.Select(client => Assert.Single(client.Test)));
    }

    [Fact]
    public void File_with_other_columns_than_most_is_its_clients_fault()
    {
        var a = _folder.Write("sites/a.csv", "x,y\n1,2\n");
        _folder.Write("sites/b.csv", "y,x\n1,2\n");
        _folder.Write("sites/c.csv", "y,x\n3,4\n");
        var read = SeriesTable.LoadFolder(Path.Combine(_folder.Path, "sites"), new() { Name = "series" });
        Assert.Equal(["b", "c"], read.Clients.Select(client => client.Client));
        var fault = Assert.Single(read.Faults);
        Assert.Equal("a", fault.Client);
        Assert.StartsWith($"{a}, line 1: it has the columns y, x, and ", fault.Reason, StringComparison.Ordinal);
        Assert.EndsWith("give all the same, in the same order.", fault.Reason, StringComparison.Ordinal);
    }

    private static LoadedSet Cut(string text, SeriesSpec series, double test = 0, string? client = null)
    {
        var data = SeriesTable.Load(new StringReader(text), "file.csv", new() { Name = "series", ClientColumn = client, Series = series });
        return SeriesWindows.Cut(data, series, test);
    }

    private static string Refusal(string text, SeriesSpec series, string? client = null) => Assert.Throws<EngineException>(() => Cut(text, series, client: client)).Message;
}
