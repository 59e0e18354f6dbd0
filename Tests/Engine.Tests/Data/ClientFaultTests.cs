using Federated.Core.Algorithms;
using Federated.Core.Jobs;
using Federated.Engine.Data;
using Federated.Engine.Tests.Data.Wrong;

namespace Federated.Engine.Tests.Data;

/// <summary>Whom data that cannot be used costs what.</summary>
public sealed class ClientFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ClientFaultTests()
    {
        _folder.Write("sites/a.csv", "k,x,y\nred,1,no\nblue,2,yes\n");
        _folder.Write("sites/b.csv", "k,x,y\ngreen,1,yes\n");
        _folder.Write("sites/c.csv", "k,x,y\nred,1,no\nviolet,2,\n");
    }

    private static DataSpec Sites => new() { Name = "csv", Path = "sites", Label = "y", Test = 0, Table = new() { Categorical = ["k"] } };

    private static DataSpec Natural => Sites with { Partition = new() { Kind = PartitionKind.Natural } };

    private static DataSpec Local => Sites with { Placement = Placement.Local };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Natural_clients_go_on_without_the_one_whose_file_cannot_be_used()
    {
        var data = await LoadAsync(Natural);
        Assert.Equal([("a", 2), ("b", 1)], data.Clients.Select(client => (client.Id, client.Train.Length)));
        var fault = Assert.Single(data.Faults);
        Assert.Equal("c", fault.Client);
        Assert.StartsWith($"{Path.Combine(_folder.Path, "sites", "c.csv")} cannot be used:\n  line 3, column 'y': the label is missing", fault.Reason, StringComparison.Ordinal);
        // Categories are those of the clients that take part: blue, green, red and the number, and no violet.
        Assert.Equal<int>([4], data.Shape.Input);
    }

    [Fact]
    public async Task Partition_that_spreads_all_of_the_data_needs_all_of_it() =>
        Assert.Contains("c.csv cannot be used", await RefusalAsync(Sites with { Clients = 2 }), StringComparison.Ordinal);

    [Fact]
    public async Task Worker_that_announces_a_client_of_the_folder_needs_only_its_file()
    {
        Assert.Empty((await LoadAsync(Local, "a")).Faults);
        Assert.StartsWith(Path.Combine(_folder.Path, "sites", "c.csv"), await RefusalAsync(Local, "c"), StringComparison.Ordinal);
        // Whoever owns all that is there needs all that is there.
        Assert.Contains("c.csv cannot be used", await RefusalAsync(Local, "hospital"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_of_several_clients_fails_tasks_of_the_one_alone()
    {
        var data = await LoadAsync(Local, "a", "c");
        Assert.Equal(["a"], data.Clients.Select(client => client.Id));
        using var engine = new RunEngine(new JobSpec { Model = new() { Name = "logistic" }, Data = Local }, data);
        var (global, update) = (engine.InitialParameters(), new float[engine.Schema.Count]);
        Assert.Equal(2, engine.Train("a", 1, global.Values, update, ClientState.Empty, CancellationToken.None).Update.Examples);
        var error = Assert.Throws<EngineException>(() => engine.Train("c", 1, global.Values, update, ClientState.Empty, CancellationToken.None));
        Assert.Equal(Assert.Single(engine.Faults).Reason, error.Message);
    }

    [Fact]
    public async Task Folder_of_which_nobody_can_be_used_is_refused_with_all_reasons()
    {
        foreach (var client in new[] { "a", "b", "c" }) _folder.Write($"sites/{client}.csv", "k,x,y\n");
        var message = await RefusalAsync(Natural);
        Assert.All(new[] { "a", "b", "c" }, client => Assert.Contains($"{client}.csv cannot be used", message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pictures_of_clients_are_divided_by_folders_and_classes_are_those_of_all()
    {
        foreach (var picture in new[] { "north/cat/1", "north/cat/2", "south/dog/1", "south/cat/1" }) SoundData.WritePicture(_folder, $"pets/{picture}.png");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "pets", "west"));
        var data = await LoadAsync(new() { Name = "image_folder", Path = "pets", Test = 0, Image = new() { Width = 2, Height = 2 }, Partition = new() { Kind = PartitionKind.Natural } });
        Assert.Equal<string>(["cat", "dog"], data.Shape.ClassNames);
        Assert.Equal(["north:0,0", "south:0,1"], data.Clients.Select(client => $"{client.Id}:{string.Join(',', client.Train.Select(index => data.Train.Labels[index]))}"));
        var fault = Assert.Single(data.Faults);
        Assert.Equal("west", fault.Client);
        Assert.Contains("it has no pictures", fault.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_below_a_class_in_one_folder_and_below_a_client_in_another_are_refused()
    {
        SoundData.WritePicture(_folder, "pets/north/cat/1.png");
        SoundData.WritePicture(_folder, "pets/cat/1.png");
        Assert.Contains("north has folders of pictures, and cat has pictures.", await RefusalAsync(new() { Name = "image_folder", Path = "pets" }), StringComparison.Ordinal);
    }

    private Task<FederatedData> LoadAsync(DataSpec data, params string[] clients) =>
        new DatasetStore(SoundData.Folders(_folder)).LoadAsync(data, 1, [.. clients], CancellationToken.None);

    private async Task<string> RefusalAsync(DataSpec data, params string[] clients) => (await Assert.ThrowsAsync<EngineException>(() => LoadAsync(data, clients))).Message;
}
