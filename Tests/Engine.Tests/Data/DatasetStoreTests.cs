using System.Globalization;
using Federated.Core.Jobs;
using Federated.Engine.Data;

namespace Federated.Engine.Tests.Data;

public sealed class DatasetStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PartitionKind.Iid)]
    [InlineData(PartitionKind.Shards)]
    [InlineData(PartitionKind.Dirichlet)]
    [InlineData(PartitionKind.Quantity)]
    public async Task Digits_are_spread_alike_by_every_store_and_each_example_once(PartitionKind kind)
    {
        var spec = new DataSpec { Partition = new() { Kind = kind }, Validation = 0.1 };
        var (first, second) = (await LoadAsync(spec), await LoadAsync(spec));
        Assert.Equal(Describe(first), Describe(second));
        Assert.Equal(Enumerable.Range(0, 3823), first.Clients.SelectMany(client => client.Train.Concat(client.Validation)).Order());
        Assert.All(first.Clients, client => Assert.Equal((int)((client.Train.Length + client.Validation.Length) * 0.1 + 1e-9), client.Validation.Length));
        Assert.All(first.Clients, client => Assert.Empty(client.Test));
        Assert.NotEqual(Describe(first), Describe(await new DatasetStore(Folders).LoadAsync(spec, 43, [], CancellationToken.None)));
    }

    [Fact]
    public async Task Callers_of_one_store_share_one_load_and_stores_of_one_process_share_the_examples()
    {
        var store = new DatasetStore(Folders);
        var loads = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.LoadAsync(new(), 42, [], CancellationToken.None)));
        Assert.All(loads, load => Assert.Same(loads[0], load));
        Assert.Same(loads[0].Train, (await LoadAsync(new DataSpec { Clients = 3 })).Train);
        GC.KeepAlive(store);
    }

    [Fact]
    public async Task Failed_load_is_not_kept()
    {
        var (store, spec) = (new DatasetStore(Folders), Csv("t.csv") with { Clients = 2, ClientColumn = "who" });
        Assert.Contains("Looked for", (await Assert.ThrowsAsync<EngineException>(() => store.LoadAsync(spec, 42, [], CancellationToken.None))).Message, StringComparison.Ordinal);
        _folder.Write("t.csv", "a,who,y\nbroken,x,1\n");
        await Assert.ThrowsAsync<EngineException>(() => store.LoadAsync(spec, 42, [], CancellationToken.None));
        _folder.Write("t.csv", Table(10));
        Assert.Equal(8, (await store.LoadAsync(spec, 42, [], CancellationToken.None)).Train.Count);
        _folder.Write("t.csv", Table(20));
        Assert.Equal(16, (await store.LoadAsync(spec, 42, [], CancellationToken.None)).Train.Count);
    }

    [Fact]
    public async Task Cancelled_caller_stops_waiting_and_spoils_nothing()
    {
        var store = new DatasetStore(Folders);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.LoadAsync(new() { Clients = 77 }, 42, [], new CancellationToken(canceled: true)));
        Assert.Equal(77, (await store.LoadAsync(new() { Clients = 77 }, 42, [], CancellationToken.None)).Clients.Length);
    }

    [Fact]
    public async Task Natural_clients_of_a_table_keep_their_own_test_share()
    {
        _folder.Write("t.csv", Table(100));   // rows alternate between x, y and z
        var data = await LoadAsync(Csv("t.csv") with { ClientColumn = "who", Partition = new() { Kind = PartitionKind.Natural }, Test = 0.25 });
        Assert.Equal(["x", "y", "z"], data.Clients.Select(client => client.Id));
        Assert.Equal([26, 25, 25], data.Clients.Select(client => client.Train.Length));   // 34, 33, 33 less floor of a quarter
        Assert.Equal((76, 24), (data.Train.Count, data.Test.Count));
        Assert.Equal([8, 8, 8], data.Clients.Select(client => client.Test.Length));
        Assert.All(data.Clients, client => Assert.All(client.Test, row => Assert.Equal("xyz".IndexOf(client.Id, StringComparison.Ordinal), RowNumber(data.Test, row) % 3)));
        Assert.All(data.Clients, client => Assert.All(client.Train, row => Assert.Equal("xyz".IndexOf(client.Id, StringComparison.Ordinal), RowNumber(data.Train, row) % 3)));
        var rows = Enumerable.Range(0, 76).Select(row => RowNumber(data.Train, row)).Concat(Enumerable.Range(0, 24).Select(row => RowNumber(data.Test, row)));
        Assert.Equal(Enumerable.Range(0, 100), rows.Order());
    }

    [Fact]
    public async Task Single_local_client_owns_everything_found_here()
    {
        var data = await LoadAsync(new DataSpec { Placement = Placement.Local, Validation = 0.5 }, "hospital");
        var client = Assert.Single(data.Clients);
        Assert.Equal(("hospital", 1912, 1911, 1797), (client.Id, client.Train.Length, client.Validation.Length, client.Test.Length));
    }

    [Fact]
    public async Task Several_local_clients_own_the_rows_that_name_them()
    {
        _folder.Write("t.csv", Table(100));
        var data = await LoadAsync(Csv("t.csv") with { ClientColumn = "who", Placement = Placement.Local, Test = 0.25 }, "z", "x");
        Assert.Equal(["z", "x"], data.Clients.Select(client => client.Id));
        Assert.Equal([25, 26], data.Clients.Select(client => client.Train.Length));
        Assert.Equal([8, 8], data.Clients.Select(client => client.Test.Length));
        Assert.All(data.Clients[0].Train, row => Assert.Equal(2, RowNumber(data.Train, row) % 3));
        Assert.All(data.Clients[0].Test, row => Assert.Equal(2, RowNumber(data.Test, row) % 3));
    }

    [Fact]
    public async Task Clients_test_share_does_not_depend_on_who_else_lives_there()
    {
        _folder.Write("t.csv", Table(100));
        var spec = Csv("t.csv") with { ClientColumn = "who", Placement = Placement.Local };
        var (both, three) = (await LoadAsync(spec, "x", "y"), await LoadAsync(spec, "x", "y", "z"));
        Assert.Equal(both.Clients[0].Test.Select(row => RowNumber(both.Test, row)), three.Clients[0].Test.Select(row => RowNumber(three.Test, row)));
    }

    [Fact]
    public async Task Several_local_clients_without_a_client_column_are_refused() =>
        Assert.Contains("data.client_column", await Refusal(new DataSpec { Placement = Placement.Local }, "a", "b"), StringComparison.Ordinal);

    [Fact]
    public async Task Local_client_without_a_row_is_refused_with_the_names_that_have_some()
    {
        _folder.Write("t.csv", Table(9));
        var message = await Refusal(Csv("t.csv") with { ClientColumn = "who", Placement = Placement.Local }, "x", "w");
        Assert.Contains("no row of w. It names x, y, z.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Regression_table_has_targets_and_refuses_a_split_by_labels()
    {
        _folder.Write("t.csv", "a,y\n1,0.5\n2,1.5\n3,2.5\n4,3.5\n5,4.5\n");
        var data = await LoadAsync(Csv("t.csv") with { Clients = 2 });
        Assert.Equal((0, 4, 1), (data.Shape.Classes, data.Train.Count, data.Test.Count));
        Assert.Contains("needs class labels", await Refusal(Csv("t.csv") with { Clients = 2, Partition = new() { Kind = PartitionKind.Dirichlet } }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../t.csv", "leads out of the data folder")]
    [InlineData("sub/../../t.csv", "leads out of the data folder")]
    [InlineData(null, "the table's path is missing")]
    [InlineData("none.csv", "--data-dir")]
    public async Task Table_that_is_not_to_be_found_says_why(string? path, string expected) =>
        Assert.Contains(expected, await Refusal(new DataSpec { Name = "csv", Path = path }), StringComparison.Ordinal);

    [Fact]
    public async Task Too_many_clients_and_unknown_sets_are_refused()
    {
        Assert.Contains("at most 3823 clients", await Refusal(new DataSpec { Clients = 3824 }), StringComparison.Ordinal);
        Assert.Contains("Known are digits, mnist", await Refusal(new DataSpec { Name = "mnits" }), StringComparison.Ordinal);
        Assert.Contains("natural needs data that names each example's client", await Refusal(new DataSpec { Partition = new() { Kind = PartitionKind.Natural } }), StringComparison.Ordinal);
    }

    private DataFolders Folders => new([_folder.Path], _folder.Path);

    private static DataSpec Csv(string path) => new() { Name = "csv", Path = path };

    // Row i has the number i, the client x, y or z, and the label i / 2 % 2.
    private static string Table(int rows) =>
        "number,who,y\n" + string.Concat(Enumerable.Range(0, rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{"xyz"[i % 3]},{i / 2 % 2}\n")));

    private static int RowNumber(ExampleSet set, int row)
    {
        var values = new float[set.Width];
        set.CopyFeatures(row, values);
        return (int)values[0];
    }

    private Task<FederatedData> LoadAsync(DataSpec spec, params string[] localClients) =>
        new DatasetStore(Folders).LoadAsync(spec, 42, [.. localClients], CancellationToken.None);

    private async Task<string> Refusal(DataSpec spec, params string[] localClients) =>
        (await Assert.ThrowsAsync<EngineException>(() => LoadAsync(spec, localClients))).Message;

    private static string Describe(FederatedData data) => string.Join('\n', data.Clients.Select(client =>
        $"{client.Id} {string.Join(',', client.Train)} {string.Join(',', client.Validation)} {string.Join(',', client.Test)}"));
}
